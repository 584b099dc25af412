"""Hand an order in at your own door and read the answer. Needs aiokafka and the order's JSON Schema, nothing of ours.

python hand_in.py DOOR.json order.intake.json order.json
"""

import asyncio
import json
import sys
import uuid
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

PATIENCE = 30  # seconds until we give up on the answer; handing the same order in again makes no second one


async def hand_in(door: dict, schema: dict, order: dict) -> dict:
    if missing := [field for field in schema["required"] if field not in order]:
        raise SystemExit(f"the schema asks for {', '.join(missing)}")
    id = str(uuid.uuid4())
    headers = {
        "ce_specversion": "1.0",
        "ce_id": id,
        "ce_type": schema["properties"]["type"]["const"],
        "ce_source": door["name"],
        "content-type": "application/json",
    }
    login = {
        "bootstrap_servers": door["bootstrap"],
        "security_protocol": door["security"],
        "sasl_mechanism": door["mechanism"],
        "sasl_plain_username": door["login"],
        "sasl_plain_password": door["password"],
    }
    async with AIOKafkaConsumer(door["reads"], **login) as answers, AIOKafkaProducer(acks="all", **login) as mine:
        await answers.seek_to_end()
        await mine.send_and_wait(
            door["writes"],
            json.dumps(order).encode(),
            key=str(order[schema["x-key"]]).encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        )
        async with asyncio.timeout(PATIENCE):
            answer = await answers.getone()
            while dict(answer.headers).get("ce_id") != id.encode():
                answer = await answers.getone()
            return json.loads(answer.value)


if __name__ == "__main__":
    answer = asyncio.run(hand_in(*(json.loads(Path(file).read_text()) for file in sys.argv[1:4])))
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    sys.exit(0 if answer["accepted"] else 1)
