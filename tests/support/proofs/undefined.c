/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(proof, passes_but_overflows)
{
    volatile int most = INT_MAX;
    volatile int sum = most + 1;

    cr_expect(sum == sum);
}
