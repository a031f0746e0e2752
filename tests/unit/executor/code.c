/* SPDX-License-Identifier: MIT */
#include "executor/code.h"

#include "started.h"

#include <string.h>

TestSuite(code, .init = started_set_up, .fini = started_tear_down);

static const execz_executor_ops stand_in = {.size = sizeof stand_in};
static const ez_isolator isolator = {NULL, &stand_in, NULL};

Test(code, in_this_process_it_is_a_module)
{
    g_autofree char *path = fixture_bundled("threadpool");
    execz_error err = EXECZ_ERROR_INIT;
    ez_code code = {0};

    cr_assert(eq(int, ez_code_load(&code, path, "threadpool", NULL, &err), EXECZ_OK), "%s",
              err.message);
    cr_expect(all(ne(ptr, (void *)code.module, NULL), eq(ptr, code.image, NULL),
                  ne(ptr, (void *)code.ops, NULL),
                  eq(u32, code.caps & EXECZ_CAP_BODIES, EXECZ_CAP_BODIES)));
    ez_code_clear(&code);
}

/* Its constructor would write a canary. */
Test(code, isolated_it_is_verified_bytes_of_which_nothing_was_run)
{
    g_autofree char *path = fixture_bundled("asyncio");
    execz_error err = EXECZ_ERROR_INIT;
    ez_code code = {0};

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        return;
    }
    cr_assert(eq(int, ez_code_load_isolated(&code, path, "asyncio", NULL, &isolator, &err),
                 EXECZ_OK),
              "%s", err.message);
    cr_expect(all(eq(ptr, (void *)code.module, NULL), ne(ptr, code.image, NULL),
                  eq(ptr, (void *)code.ops, (void *)&stand_in)));
    cr_expect(eq(u32, code.caps & EXECZ_CAP_COROUTINE, 0)); /* found out elsewhere */
    ez_code_clear(&code);
    cr_expect(eq(ptr, code.image, NULL));
}

Test(code, isolated_it_is_refused_for_the_same_reasons)
{
    g_autofree char *text = fixture_plugin("text");
    g_autofree char *good = fixture_bundled("threadpool");
    execz_error err = EXECZ_ERROR_INIT;
    ez_code code = {0};

    cr_expect(
        eq(int, ez_code_load_isolated(&code, text, "x", NULL, &isolator, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)"P301"));
    cr_expect(ne(int, ez_code_load_isolated(&code, "/nowhere/x.so", "x", NULL, &isolator, &err),
                 EXECZ_OK));
    cr_expect(eq(str, err.code, (char *)"P102"));
    cr_expect(ne(int, ez_code_load_isolated(&code, good, "x", NULL, &isolator, &err), EXECZ_OK));
    cr_expect(eq(str, err.code, (char *)"P101"));
    cr_expect(eq(ptr, code.image, NULL));
}

Test(code, a_start_that_fails_names_plugin_and_reason)
{
    g_autofree char *path = fixture_plugin("start_fails");
    g_autoptr(ez_executor) self = fixture_executor(around, path, NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_PLUGIN));
    cr_expect(all(eq(str, err.code, (char *)"P501"),
                  ne(ptr, strstr(err.message, "cannot reach the queue at 192.0.2.1"), NULL),
                  ne(ptr, strstr(err.message, path), NULL)),
              "%s", err.message);
}

Test(code, without_an_isolator_an_isolated_executor_does_not_start)
{
    static const char *const options[] = {"isolation=process", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", options);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_UNSUPPORTED));
}
