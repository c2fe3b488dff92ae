"""The directory of an invented town in stories: its services, a partner, and who answers for what."""

TOWN = """
[organisation]
name = "Harbour Council"
domains = ["harbour.example"]
contact = "Ivo Penn"

[[partner]]
name = "Northmoor District Council"
another = true
domains = ["northmoor.example"]
contact = "Nia Frost"

[[team]]
name = "Contact Centre"
mailboxes = ["enquiries"]
manager = "Mara Quill"

[[team]]
name = "Service Information"
manager = "Sol Hart"

[[person]]
name = "Robin Vale"
email = "robin.vale@harbour.example"

[[person]]
name = "Mara Quill"
email = "mara.quill@harbour.example"

[[person]]
name = "Sol Hart"
email = "sol.hart@harbour.example"

[[person]]
name = "Ivo Penn"
email = "ivo.penn@harbour.example"

[[person]]
name = "Nia Frost"
email = "nia.frost@northmoor.example"
organisation = "Northmoor District Council"

[[service]]
name = "Library services"
contact = "Robin Vale"
deputy = "Sol Hart"
synonyms = ["library", "library hours", "opening hours", "borrow books"]
category = { number = 437, name = "Libraries" }
url = "https://www.harbour.example/libraries"
pages = [
  { kind = "general_information", name = "When libraries are open", url = "https://www.harbour.example/libraries/hours" },
  { kind = "faq", name = "Questions about libraries", url = "https://www.harbour.example/libraries/questions" },
  { kind = "forms", name = "Join a library", url = "https://www.harbour.example/libraries/join" },
]

[[service]]
name = "Theatre"
contact = "Ivo Penn"
synonyms = ["concert", "evening performance"]

[[service]]
name = "Refuse collection"
organisation = "Northmoor District Council"
contact = "Nia Frost"
synonyms = ["bin", "missed bin"]
"""
ROBIN, SOL, MARA = "robin.vale@harbour.example", "sol.hart@harbour.example", "mara.quill@harbour.example"
IVO, NIA = "ivo.penn@harbour.example", "nia.frost@northmoor.example"
