# syntax=docker/dockerfile:1.7
ARG PYTHON=3.12
ARG APP_DIR=deploy

FROM ghcr.io/astral-sh/uv:0.4 AS uv

FROM --platform=$BUILDPLATFORM python:${PYTHON}-slim AS build
WORKDIR /app
RUN <<'EOT'
set -eu
# COPY this /nowhere
apt-get update
EOT
COPY ["pyproject.toml", "uv.lock", "./"]
RUN --mount=type=cache,target=/root/.cache \
    --mount=from=uv,source=/uv,target=/bin/uv \
    uv sync --frozen
ARG SRC=src
COPY --exclude=**/__pycache__ --exclude=tests ${SRC}/ ./README.md ./src/

FROM build AS test
COPY tests tests
RUN pytest

FROM nginx:1.27@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 AS docs
COPY docs /usr/share/nginx/html

FROM python:${PYTHON}-slim
ARG APP_DIR
COPY --from=build /app /app
COPY <<EOT /etc/app.conf
COPY=no
EOT
COPY ${APP_DIR}/conf/*.toml /etc/app/
COPY --parents **/LICENSE /licenses/
CMD ["python", "-m", "app"]
