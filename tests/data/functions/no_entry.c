/* SPDX-License-Identifier: MIT */
/* A shared object, but no function module. */
int execz_test_something(void);

int
execz_test_something(void)
{
    return 1;
}
