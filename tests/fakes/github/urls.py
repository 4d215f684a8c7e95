"""Where the fake lives → the addresses that its answers name. PyGithub refuses an answer that names another host."""

from dataclasses import dataclass

from tests.fakes.github.repository import Repository

API, GRAPHQL, BLOBS = "/api/v3", "/api/graphql", "/blobs"


@dataclass(frozen=True, kw_only=True)
class Urls:
    """`root` is like http://127.0.0.1:1234; artifacts lie under another host name, as they do at GitHub."""

    root: str
    port: int

    def api(self, path: str) -> str:
        return f"{self.root}{API}/{path}"

    def page(self, path: str) -> str:
        return f"{self.root}/{path}"

    def repo(self, repo: Repository) -> str:
        return self.api(f"repos/{repo.full_name}")

    def blob(self, name: object) -> str:
        return f"http://localhost:{self.port}{BLOBS}/{name}?sig=signed"
