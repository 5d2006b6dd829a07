"""Start Keycloak on loopback and say how to get a token: python -m deploy.keycloak; and stop."""

import sys

from deploy.keycloak import server
from shared.local.folders import RUN
from shared.local.processes import CannotStart

HOW = """\
Keycloak  {url}  (admin / in {file})
Issuer    {issuer}
Services  SINGO_<SERVICE>_OIDC_ISSUER={issuer}
A token   curl -s -d grant_type=client_credentials -d client_id={client} -d client_secret=... {token_url}
          client secrets of {clients}: {file}
Stop      make keycloak-down
"""


def main() -> int:
    match sys.argv[1:]:
        case ["stop"]:
            server.stop(RUN)
        case []:
            keycloak = server.start(RUN)
            print(
                HOW.format(
                    url=keycloak.url,
                    issuer=keycloak.issuer,
                    token_url=keycloak.token_url,
                    client=next(iter(keycloak.secrets)),
                    clients=", ".join(keycloak.secrets),
                    file=RUN / server.NAME / "secrets.json",
                ),
                end="",
            )
        case _:
            print("usage: python -m deploy.keycloak [stop]", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (CannotStart, OSError) as error:
        sys.exit(f"✗ {error}")
