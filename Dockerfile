# A local Anaplan for tests in containers: its demo tenant on port 8900.
#   docker build -t anaplan-sandbox .
#   docker run --rm -p 8900:8900 anaplan-sandbox
FROM python:3.12-slim

COPY pyproject.toml README.md LICENSE /src/
COPY anaplan_frames /src/anaplan_frames
RUN pip install --no-cache-dir '/src[sandbox]' && rm -r /src

RUN useradd --create-home anaplan
USER anaplan
WORKDIR /home/anaplan

EXPOSE 8900
HEALTHCHECK --interval=5s --start-period=30s CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8900), 2).close()"]
# Other containers find it under the name "anaplan"; add your own: --allowed-host NAME.
ENTRYPOINT ["python", "-m", "anaplan_frames.sandbox", "--host", "0.0.0.0", "--port", "8900", "--allowed-host", "anaplan"]
CMD ["--demo"]
