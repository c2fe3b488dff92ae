"""Standards for what staff write: judged over values, and never guessed. What cannot be judged is said to be *not judged*."""
