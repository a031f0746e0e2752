/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(error, is_filled_and_its_status_returned)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_fail_code(&err, EXECZ_E_PLUGIN, "P301", "%s is no plugin", "x.so"),
                 EXECZ_E_PLUGIN));
    cr_expect(eq(int, err.status, EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)"P301"));
    cr_expect(eq(str, err.message, (char *)"x.so is no plugin"));
}

Test(error, may_be_absent)
{
    cr_expect(eq(int, ez_fail(NULL, EXECZ_E_FAIL, "nobody listens"), EXECZ_E_FAIL));
    ez_error_prefix(NULL, "nothing to prefix");
}

Test(error, never_writes_past_what_its_owner_has)
{
    struct {
        execz_error err;
        char after[8];
    } owner = {.after = "intact"};

    owner.err.size = 32; /* an older, shorter layout */
    memset(owner.err.message, '#', sizeof owner.err.message);
    ez_fail(&owner.err, EXECZ_E_FAIL, "a message far longer than sixteen bytes");
    cr_expect(eq(str, owner.err.message, (char *)"a message far l"));
    cr_expect(eq(chr, owner.err.message[16], '#'));
    cr_expect(eq(str, owner.after, (char *)"intact"));
}

Test(error, a_prefix_keeps_code_and_status)
{
    execz_error err = EXECZ_ERROR_INIT;

    ez_fail_code(&err, EXECZ_E_IO, "P302", "cannot read it");
    ez_error_prefix(&err, "executor '%s': ", "cpu");
    cr_expect(eq(str, err.message, (char *)"executor 'cpu': cannot read it"));
    cr_expect(eq(str, err.code, (char *)"P302"));
    cr_expect(eq(int, err.status, EXECZ_E_IO));
}

Test(error, every_status_has_words)
{
    for (execz_status status = EXECZ_E_PERMISSION; status <= EXECZ_OK; status++) {
        cr_expect(ne(str, (char *)ez_status_text(status), (char *)"unknown"));
    }
    cr_expect(eq(str, (char *)ez_status_text(EXECZ_E_NOT_FOUND), (char *)"not found"));
    cr_expect(eq(str, (char *)ez_status_text(EXECZ_E_LIMIT), (char *)"limit reached"));
}

Test(error, what_foreign_code_has_written_becomes_text)
{
    execz_error err = EXECZ_ERROR_INIT;

    memset(err.code, 'x', sizeof err.code);
    memset(err.message, 'x', sizeof err.message);
    ez_error_terminate(&err);
    cr_expect(eq(sz, strlen(err.code), sizeof err.code - 1));
    cr_expect(eq(sz, strlen(err.message), sizeof err.message - 1));
    ez_error_terminate(NULL);
}
