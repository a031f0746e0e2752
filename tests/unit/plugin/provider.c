/* SPDX-License-Identifier: MIT */
#include "plugin/provider.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>
#include <string.h>

Test(provider, the_library_that_defines_a_symbol_is_found)
{
    g_autofree char *path = ez_provider_find("json_loads");

    cr_assert(path != NULL); /* a package of ours needs it, so it is installed */
    cr_expect(strstr(path, "/libjansson.so") != NULL, "%s", path);
}

Test(provider, a_symbol_that_nobody_defines_is_not_found)
{
    cr_expect(eq(ptr, ez_provider_find("execz_test_nobody_defines_this"), NULL));
}
