"""`python -m lienthong_agency`: the same as the `lienthong-agency` command."""

from lienthong_agency.cli import main

main()
