/* SPDX-License-Identifier: MIT */
#include "base/address.h"

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(address, it_is_the_number_of_a_machine_and_a_port)
{
    static const char *const good[] = {"127.0.0.1:9464", "0.0.0.0:0", "[::1]:65535", "[::]:1"};
    static const char *const bad[] = {"",         "9464",       ":9464",      "127.0.0.1",
                                      "::1:9464", "[::1]",      "[::1:94",    "[127.0.0.1]:94",
                                      "1.2.3.4:", "1.2.3.4:-1", "1.2.3.4:x",  "1.2.3.4:65536",
                                      "[]:1",     "a.b:1",      "1.2.3:9464", "[fe80::1%lo]x:1"};
    execz_error err = EXECZ_ERROR_INIT;

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        cr_expect(eq(int, ez_address_check(good[i], &err), EXECZ_OK), "%s", err.message);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        cr_expect(eq(int, ez_address_check(bad[i], &err), EXECZ_E_PARSE), "%s", bad[i]);
    }
}
