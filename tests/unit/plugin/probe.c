/* SPDX-License-Identifier: MIT */
#include "plugin/probe.h"

#include "fixture.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
expect(const char *plugin, execz_status status, const char *message)
{
    g_autofree char *path = fixture_path(plugin);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_plugin_probe(EXECZ_TEST_PLUGIN_HOST, path, -1, &err), status));
    cr_expect(ne(ptr, strstr(err.message, message), NULL), "%s", err.message);
}

Test(probe, a_sound_plugin_passes)
{
    expect("good", EXECZ_OK, "");
}

Test(probe, one_that_crashes_while_it_is_loaded_is_told_with_its_signal)
{
    expect("generation_crash", EXECZ_E_PLUGIN, "was killed by signal");
}

Test(probe, one_that_exits_while_it_is_loaded_does_not_pass)
{
    expect("generation_exits", EXECZ_E_PLUGIN, "exited with status 0 before");
}

Test(probe, one_that_cannot_be_loaded_says_why)
{
    expect("undefined_symbol", EXECZ_E_PLUGIN, "undefined_symbol.so");
}

Test(probe, without_the_program_it_says_so)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_plugin_probe("/nowhere/host", "/x.so", -1, &err), EXECZ_E_IO));
    cr_expect(ne(ptr, strstr(err.message, "/nowhere/host"), NULL), "%s", err.message);
}

Test(probe, who_is_told_to_stop_does_not_wait)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *script = g_build_filename(fixture_directory(), "host", NULL);
    int stop = eventfd(1, EFD_CLOEXEC);

    cr_assert(g_file_set_contents(script, "#!/bin/sh\nexec sleep 1000\n", -1, NULL));
    cr_assert(chmod(script, 0700) == 0);
    cr_expect(eq(int, ez_plugin_probe(script, "/x.so", stop, &err), EXECZ_E_CANCELLED));
    (void)unlink(script);
}
