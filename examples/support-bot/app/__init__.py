"""The support bot of Quillow Coffee: it finds passages of the help center and answers from them."""
