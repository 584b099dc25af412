"""Report scans at a carrier's own door and read what became of each. Needs aiokafka and nothing of ours.

python report_scans.py DOOR.json scans.csv        (columns: tracking,status,at,place,reason)
"""

import asyncio
import csv
import json
import sys
import uuid
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

PATIENCE = 30  # seconds until we give up on the answers; a scan that is reported again does nothing


async def report(door: dict, scans: list[dict]) -> list[dict]:
    """The answers, in the order of the scans."""
    login = {
        "bootstrap_servers": door["bootstrap"],
        "security_protocol": door["security"],
        "sasl_mechanism": door["mechanism"],
        "sasl_plain_username": door["login"],
        "sasl_plain_password": door["password"],
    }
    waiting = {str(uuid.uuid4()): scan for scan in scans}
    told = {}
    async with AIOKafkaConsumer(door["reads"], **login) as answers, AIOKafkaProducer(acks="all", **login) as mine:
        await answers.seek_to_end()
        for id, scan in waiting.items():
            headers = {"ce_specversion": "1.0", "ce_id": id, "ce_type": "carrier.scan", "ce_source": door["name"]}
            body = json.dumps({name: value for name, value in scan.items() if value}).encode()
            raw = [(name, value.encode()) for name, value in headers.items()]
            await mine.send_and_wait(door["writes"], body, key=scan["tracking"].encode(), headers=raw)
        async with asyncio.timeout(PATIENCE):
            while len(told) < len(waiting):
                answer = await answers.getone()
                if (id := dict(answer.headers).get("ce_id", b"").decode()) in waiting:
                    told[id] = json.loads(answer.value)
    return [told[id] for id in waiting]


if __name__ == "__main__":
    door = json.loads(Path(sys.argv[1]).read_text())
    with Path(sys.argv[2]).open(newline="", encoding="utf-8") as file:
        answers = asyncio.run(report(door, list(csv.DictReader(file))))
    for answer in answers:
        what = "applied" if answer["applied"] else "kept" if answer["accepted"] else "refused"
        print(answer["tracking"], what, *(reason["detail"] for reason in answer["reasons"]))
    sys.exit(0 if all(answer["accepted"] for answer in answers) else 1)
