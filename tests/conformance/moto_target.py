"""Runs a program against moto's server, an AWS look-alike: `moto_target.py REPORT STATE_DIR PROGRAM…`."""

import logging
import os
import subprocess
import sys

from moto.server import ThreadedMotoServer
from report import Report


def main(report_file: str, state_dir: str, *program: str) -> None:
    report = Report(report_file)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = os.environ | {"SCONES_TARGET": "aws", "SCONES_STATE_DIR": state_dir,
                                "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    try:
        ended = subprocess.run(program, env=environment, stderr=subprocess.PIPE, text=True)
    finally:
        server.stop()
    if ended.returncode != 0:
        report.object("the workflow's calls against moto", ended.stderr.strip()[-2000:])
    report.write()


if __name__ == "__main__":
    main(*sys.argv[1:])
