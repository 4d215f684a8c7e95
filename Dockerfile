# The gate in a container. All of it lies under /opt/gate, it is started by an absolute path, and nothing of the
# workspace can take the place of a module of ours. No USER and no WORKDIR: GitHub sets both for a Docker action.
#
#   docker build -t gate .
#   docker run --rm -v "$PWD":/github/workspace -w /github/workspace gate check --base main
#
# A release builds on the digest that this tag had on that day, and names it in its notes (docs/releasing.md).
ARG PYTHON_IMAGE=python:3.13-slim-trixie

# --- git: the one program of it, and not the package with perl and its hundred megabytes --------------------------------
FROM ${PYTHON_IMAGE} AS git
# hadolint ignore=DL3008 # the distribution's current security fixes are wanted
RUN apt-get update \
    && apt-get install -y --no-install-recommends git \
    && mkdir -p /git/usr/bin /git/usr/share/doc/git /git/var/lib/dpkg/status.d \
    && cp /usr/bin/git /git/usr/bin/git \
    && cp /usr/share/doc/git/copyright /git/usr/share/doc/git/copyright \
    # What scanners read to know that it is there, and of which version.
    && dpkg-query --status git > /git/var/lib/dpkg/status.d/git

# --- the environment ----------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.txt requirements-build.txt ./
RUN python -m venv --without-pip /opt/gate \
    && pip --python /opt/gate install --no-compile --only-binary :all: --require-hashes -r requirements.txt \
    && pip install --only-binary :all: --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY gate gate
RUN pip wheel --no-build-isolation --no-deps --wheel-dir /wheels . \
    && pip --python /opt/gate install --no-compile --no-deps /wheels/*.whl
# `-I`: neither the working directory nor an environment variable adds to the import path. `-B`: no __pycache__ of root's
# is left in the workspace. `pip` is that of the base image: it installs into this environment, for images built on ours,
# and refuses what the gate cannot work with.
RUN rm -rf /opt/gate/include /opt/gate/bin/[Aa]ctivate* \
    && sed -i '1s|$| -IB|' /opt/gate/bin/gate \
    && /opt/gate/bin/python -c "from importlib.metadata import requires; \
        print(*(line for line in requires('llm-regression-gate') if 'extra ==' not in line), sep='\n')" \
        > /opt/gate/constraints.txt \
    && printf '%s\n' '#!/bin/sh' 'export PIP_CONSTRAINT=/opt/gate/constraints.txt' \
        'exec /usr/local/bin/python -I -m pip --python /opt/gate/bin/python "$@"' > /opt/gate/bin/pip \
    && chmod +x /opt/gate/bin/pip \
    # By hash and never checked: a copied file has a new time, and would be compiled again at every start.
    && /opt/gate/bin/python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/gate/lib

# --- what is published --------------------------------------------------------------------------------------------------
# hadolint ignore=DL3006 # the tag, or the digest, stands in PYTHON_IMAGE
FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="gate" \
    org.opencontainers.image.description="The regression gate for LLM applications" \
    org.opencontainers.image.source="https://github.com/llm-regression-gate/gate" \
    org.opencontainers.image.licenses="Apache-2.0"
ENV PATH="/opt/gate/bin:${PATH}" \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
COPY --from=git /git /
COPY --from=build /opt/gate /opt/gate
# The official image ships its standard library uncompiled: every start would compile what it imports.
RUN git --version && gate --version \
    && /usr/local/bin/python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash \
        -x '/(site-packages|idlelib|lib2to3|tkinter|turtledemo|ensurepip|pydoc_data)/' /usr/local/lib/python3*
ENTRYPOINT ["/opt/gate/bin/gate"]
