"""A server that speaks S3 over HTTP, in a process of its own (`moto_server`), with one empty private bucket."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "nuanxin-files"
KEY = {"aws_access_key_id": "tests", "aws_secret_access_key": "only-for-tests", "region_name": "us-east-1"}


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "from moto.server import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _make_bucket(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def client(url: str):
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client("s3", endpoint_url=url, config=config, **KEY)


def _make_bucket(url: str, process: subprocess.Popen) -> None:
    """As soon as it answers; it imports for some seconds."""
    for _ in range(300):
        assert process.poll() is None, "the S3 server did not start"
        with contextlib.suppress(BotoCoreError, ClientError):
            client(url).create_bucket(Bucket=BUCKET)
            return
        time.sleep(0.1)
    raise AssertionError("the S3 server does not answer")
