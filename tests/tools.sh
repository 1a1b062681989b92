#!/bin/sh
# Installs what the tests need and the machine lacks, all of it under target/, each thing once.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
cargo_nextest=0.9.143
cargo_deny=0.20.2
web_adapter=1.0.0-rc1

say() { echo "tools: $*"; }
need() { command -v "$1" >/dev/null 2>&1 || { say "$1 is missing: $2"; exit 1; }; }

# A cargo subcommand, built without optimisation: it runs for a second and would compile for minutes.
cargo_tool() {
    if "$1" "${1#cargo-}" --version >/dev/null 2>&1; then return; fi
    say "installing $1 $2"
    CARGO_PROFILE_DEV_DEBUG=0 cargo install "$1" --version "$2" --locked --debug --quiet \
        --root "$root/target/tools" --target-dir "$root/target/tools/build"
}

# Runs the rest of its arguments when the file $1 is not what was installed last time.
unless_same() {
    stamp=$2
    if cmp -s "$1" "$stamp"; then return; fi
    input=$1
    shift 2
    "$@"
    cp "$input" "$stamp"
}

# AWS's extension that runs web servers, without needing libraries of the image it runs in.
install_web_adapter() {
    if [ -x target/e2e/web-adapter/bin/lambda-adapter ]; then return; fi
    say "installing lambda_web_adapter $web_adapter into target/e2e"
    RUSTFLAGS='-C target-feature=+crt-static' CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_STRIP=true \
        cargo install lambda_web_adapter --version "$web_adapter" --locked --debug --quiet \
        --target "$(rustc -vV | sed -n 's/^host: //p')" \
        --root "$root/target/e2e/web-adapter" --target-dir "$root/target/tools/build"
}

install_python() {
    say "installing boto3, the aws CLI and awslambdaric into target/e2e"
    rm -rf target/e2e/venv target/e2e/awslambdaric
    python3 -m venv target/e2e/venv
    target/e2e/venv/bin/pip install --quiet --requirement tests/e2e/python/requirements.txt
    target/e2e/venv/bin/pip install --quiet --target target/e2e/awslambdaric \
        --requirement tests/e2e/python/awslambdaric.txt
}

install_node() {
    say "installing the JavaScript SDK into target/e2e"
    mkdir -p target/e2e/node
    cp tests/e2e/node/package.json tests/e2e/node/package-lock.json target/e2e/node/
    npm ci --prefix target/e2e/node --no-audit --no-fund --ignore-scripts --loglevel error
}

install_images() {
    say "installing Pillow into target/e2e"
    rm -rf target/e2e/images
    target/e2e/venv/bin/pip install --quiet --target target/e2e/images \
        --requirement tests/e2e/python/images.txt
}

install_powertools_python() {
    say "installing Powertools for Python into target/e2e"
    rm -rf target/e2e/powertools/python
    target/e2e/venv/bin/pip install --quiet --target target/e2e/powertools/python \
        --requirement tests/e2e/powertools/requirements.txt
}

install_powertools_node() {
    say "installing Powertools for TypeScript into target/e2e"
    mkdir -p target/e2e/powertools/node
    cp tests/e2e/powertools/package.json tests/e2e/powertools/package-lock.json target/e2e/powertools/node/
    npm ci --prefix target/e2e/powertools/node --no-audit --no-fund --ignore-scripts --loglevel error
}

install_frameworks_python() {
    say "installing FastAPI and Mangum into target/e2e"
    rm -rf target/e2e/frameworks/python
    target/e2e/venv/bin/pip install --quiet --target target/e2e/frameworks/python \
        --requirement tests/e2e/frameworks/requirements.txt
}

install_frameworks_node() {
    say "installing Express and Hono into target/e2e"
    mkdir -p target/e2e/frameworks/node
    cp tests/e2e/frameworks/package.json tests/e2e/frameworks/package-lock.json target/e2e/frameworks/node/
    npm ci --prefix target/e2e/frameworks/node --no-audit --no-fund --ignore-scripts --loglevel error
}

install_console() {
    say "installing Playwright and axe into target/e2e"
    mkdir -p target/e2e/console
    cp tests/e2e/console/package.json tests/e2e/console/package-lock.json target/e2e/console/
    npm ci --prefix target/e2e/console --no-audit --no-fund --ignore-scripts --loglevel error
}

install_sam() {
    say "installing AWS SAM's CLI, and with it the translator of Serverless templates, into target/e2e"
    rm -rf target/e2e/sam
    python3 -m venv target/e2e/sam
    target/e2e/sam/bin/pip install --quiet --requirement tests/e2e/sam/requirements.txt
}

install_serverless() {
    say "installing the Serverless Framework into target/e2e"
    mkdir -p target/e2e/serverless
    cp tests/e2e/serverless/package.json tests/e2e/serverless/package-lock.json target/e2e/serverless/
    npm ci --prefix target/e2e/serverless --no-audit --no-fund --ignore-scripts --loglevel error
}

# Without the linker for other machines that it would bring along.
install_cargo_lambda() {
    say "installing cargo lambda into target/e2e"
    rm -rf target/e2e/cargo-lambda
    target/e2e/venv/bin/pip install --quiet --no-deps --target target/e2e/cargo-lambda \
        --requirement tests/e2e/cargo_lambda/requirements.txt
}

install_cdk() {
    say "installing the CDK into target/e2e"
    mkdir -p target/e2e/cdk
    cp tests/e2e/cdk/package.json tests/e2e/cdk/package-lock.json target/e2e/cdk/
    npm ci --prefix target/e2e/cdk --no-audit --no-fund --ignore-scripts --loglevel error
}

need cargo "install Rust (rustup)"
need cc "install a C toolchain (apt-get install gcc)"
need python3 "apt-get install python3 python3-venv"
need node "apt-get install nodejs"
need npm "apt-get install npm"

mkdir -p target/e2e target/tools
# What an earlier run that was cut short has left.
rm -rf target/e2e/e2e-* target/e2e/logs
cargo_tool cargo-nextest "$cargo_nextest"
cargo_tool cargo-deny "$cargo_deny"
install_web_adapter
unless_same tests/e2e/python/requirements.txt target/e2e/python.stamp install_python
unless_same tests/e2e/python/images.txt target/e2e/images.stamp install_images
unless_same tests/e2e/node/package-lock.json target/e2e/node.stamp install_node
mkdir -p target/e2e/powertools
unless_same tests/e2e/powertools/requirements.txt target/e2e/powertools/python.stamp install_powertools_python
unless_same tests/e2e/powertools/package-lock.json target/e2e/powertools/node.stamp install_powertools_node
mkdir -p target/e2e/frameworks
unless_same tests/e2e/frameworks/requirements.txt target/e2e/frameworks/python.stamp install_frameworks_python
unless_same tests/e2e/frameworks/package-lock.json target/e2e/frameworks/node.stamp install_frameworks_node
mkdir -p target/e2e/console
unless_same tests/e2e/console/package-lock.json target/e2e/console/stamp install_console
unless_same tests/e2e/sam/requirements.txt target/e2e/sam.stamp install_sam
unless_same tests/e2e/serverless/package-lock.json target/e2e/serverless.stamp install_serverless
unless_same tests/e2e/cargo_lambda/requirements.txt target/e2e/cargo-lambda.stamp install_cargo_lambda
unless_same tests/e2e/cdk/package-lock.json target/e2e/cdk.stamp install_cdk
