"""Pages as PDF, by WeasyPrint: tagged for programs that read aloud (PDF/UA), and nothing is fetched from anywhere."""

from hashlib import sha256
from typing import NoReturn

from mailbot.errors import PermanentError

MISSING = (
    "PDF needs an extra package and the library Pango: pip install 'mailbot[pdf]', "
    "and on Debian or Ubuntu apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


def pdf_of(page: str) -> bytes:
    """A whole HTML page as PDF, the same bytes for the same page and fonts. Raises PermanentError without the extra ``pdf``."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # OSError: the package is there, and Pango is not
        raise PermanentError(MISSING) from error

    class Refusing(URLFetcher):  # type: ignore[misc]  # the package has no types
        """A letter holds all it needs: an address in it is only words."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:  # noqa: ARG002
            raise PermanentError("a page names something outside itself, which is not fetched")

    identifier = sha256(page.encode()).digest()[:16]
    found = HTML(string=page, url_fetcher=Refusing()).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier, custom_metadata=False
    )
    return bytes(found or b"")
