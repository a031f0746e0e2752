/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char *volatile kept;

Test(proof, passes_but_leaks)
{
    kept = malloc(100);
    cr_expect(kept != NULL);
    kept = NULL;
}
