# One image for every process of OpsFlows; compose.yaml and docs/deploy.md say which command makes it what.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    OPSFLOWS_HOME=/var/lib/opsflows HOST=0.0.0.0

RUN useradd --system --uid 10001 --home-dir /var/lib/opsflows --create-home opsflows
WORKDIR /opt/opsflows

# Dependencies first: they change seldom, and an image built again then takes them from the layer below.
COPY requirements.txt .
RUN pip install --requirement requirements.txt && python -m compileall -q /usr/local/lib/python3.11/site-packages

COPY manage.py ./
COPY opsflows ./opsflows
COPY connectors ./connectors
COPY templates ./templates
COPY fixtures ./fixtures

USER opsflows
VOLUME /var/lib/opsflows
EXPOSE 8000
CMD ["gunicorn", "--config", "python:opsflows.gunicorn"]
