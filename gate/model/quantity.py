"""A number and a noun → text: `1 case`, `1,234 cases`. In the messages of every room, so that none says `1 cases`."""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 case`, `1,234 cases`; `many` where an s is not enough. Of a number that is not negative."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
