from gate.render.words import Medium, Message, Name, Strong, joined


def test_each_sort_of_part_is_written_in_its_own_way() -> None:
    medium = Medium(
        literal=str.upper,
        name=lambda text: f"<{text}>",
        message=lambda text: f"({text})",
        strong=lambda text: f"*{text}*",
    )
    assert medium.write(("a ", Name("b"), Message("c"), Strong("d"))) == "A <b>(c)*d*"


def test_words_are_joined_by_a_literal() -> None:
    assert joined([(Name("a"),), (Name("b"), "!")], separator=", ") == (Name("a"), ", ", Name("b"), "!")
    assert joined([], separator=", ") == ()
