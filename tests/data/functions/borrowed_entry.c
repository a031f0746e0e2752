/* SPDX-License-Identifier: MIT */
/* Has no entry of its own, but is linked to a library that has one. */
int execz_test_borrowed(void);

int
execz_test_borrowed(void)
{
    return 2;
}
