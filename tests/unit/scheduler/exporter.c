/* SPDX-License-Identifier: MIT */
#include <execz/exporter.h>

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char *
no_figures(void *user)
{
    (void)user;
    return NULL;
}

static void
expect_refusal(const char *type, const char *address, execz_status status, const char *part)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(execz_exporter_new(self->scheduler, type, address, no_figures, NULL, &err) == NULL);
    cr_expect(eq(int, err.status, status), "%s", err.message);
    cr_expect(strstr(err.message, part) != NULL, "%s", err.message);
    fixture_free(self);
}

Test(exporter, a_plugin_that_there_is_not_or_of_another_kind_is_refused)
{
    expect_refusal("htpp", "127.0.0.1:0", EXECZ_E_NOT_FOUND, "htpp");
    expect_refusal("debug", "127.0.0.1:0", EXECZ_E_PLUGIN, "serves no metrics as 'debug'");
}

#ifdef EXECZ_HAS_HTTP
Test(exporter, it_is_started_and_stopped_any_number_of_times_and_says_what_is_wrong)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    for (int i = 0; i < 3; i++) {
        execz_exporter *exporter =
            execz_exporter_new(self->scheduler, NULL, "127.0.0.1:0", no_figures, NULL, &err);

        cr_expect(exporter != NULL, "%s", err.message);
        execz_exporter_free(exporter);
    }
    fixture_free(self);
    expect_refusal("http", "localhost:1", EXECZ_E_INVAL,
                   "metrics cannot be served at localhost:1: it is no address");
}
#endif
