FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

RUN pip install --no-cache-dir uv==0.13.8
COPY requirements.txt .
RUN uv pip install --system --no-cache --require-hashes -r requirements.txt

COPY . .
# The secret is only for this command; nothing of it stays in the image.
RUN SECRET_KEY=collecting-static-files-needs-a-key-of-some-length \
    python manage.py collectstatic --noinput --verbosity 0 \
    && useradd --create-home --uid 1000 parlance \
    && mkdir -p var/media && chown -R parlance var

USER parlance
