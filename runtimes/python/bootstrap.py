"""Starts fika's runtime client. A script is compiled at each start, so it is this short."""

from fika_runtime.main import main

main()
