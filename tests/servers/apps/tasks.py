import os

import celery

import duty

app = celery.Celery("tasks", broker=os.environ["BROKER"],
                    backend=os.environ["BROKER"])
app.conf.update(result_expires=60, worker_hijack_root_logger=False,
                worker_prefetch_multiplier=1)


@app.task
def work(number):
    return [number, duty.serve()]


EXPECTED = duty.EXPECTED
