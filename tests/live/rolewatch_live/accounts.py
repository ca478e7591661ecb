"""boto3 clients for the accounts of the story, against the emulator."""

from typing import Any

import boto3
from botocore.config import Config

HUB = "123456789012"
DEVELOPMENT = "111122223333"
PRODUCTION = "444455556666"
STAGING = "555555555555"
FOREIGN = "999988887777"
HOME = "us-east-1"
TOKYO = "ap-northeast-1"
# The places that need a spoke so that the hub receives everything in `events/`. In its own Region, the hub
# has the rules itself.
EVERYWHERE = tuple(
    (account, region) for account in (DEVELOPMENT, PRODUCTION, STAGING, HUB) for region in (HOME, TOKYO) if (account, region) != (HUB, HOME)
)


def confirmation(address: str) -> str:
    """The token with which SNS confirms an e-mail subscription. AWS sends one that nobody can guess."""
    return f"confirms-{address}"


class Accounts:
    """Clients by account and service. An account's root user signs with the account number."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._known: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, account: str = HUB, region: str = HOME) -> Any:
        if (service, account, region) not in self._known:
            self._known[service, account, region] = self.signed(service, account, "test", region=region)
        return self._known[service, account, region]

    def signed(self, service: str, key: str, secret: str, token: str | None = None, region: str = HOME) -> Any:
        """Returns a client with any credentials."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=60, proxies={}, s3={"addressing_style": "path"}),
        )
