/* SPDX-License-Identifier: MIT */
#include "plugin/lock.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/stat.h>

#define OTHER_SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A lock file with this text in a directory of the test's own; returns its path. */
static char *
make_lock_of(const char *bytes, gssize length)
{
    char *path = g_build_filename(fixture_directory(), "plugins.lock", NULL);

    cr_assert(g_file_set_contents_full(path, bytes, length, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
    fixture_remember(g_strdup(path));
    return path;
}

static char *
make_lock(const char *text)
{
    return make_lock_of(text, -1);
}

/* What a lock file says of the plugin "good". */
static execz_error
check(const char *path, bool required)
{
    g_autofree char *plugin = fixture_path("good");
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(plugin);
    g_autoptr(ez_lock) lock = ez_lock_new(path, required);
    execz_error err = EXECZ_ERROR_INIT;

    ez_lock_check(lock, file, "good", &err);
    return err;
}

static execz_error
check_text(const char *text)
{
    g_autofree char *path = make_lock(text);

    return check(path, false);
}

Test(lock, without_one_everything_may_run)
{
    g_autofree char *plugin = fixture_path("good");
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(plugin);

    cr_expect(eq(int, ez_lock_check(NULL, file, "good", NULL), EXECZ_OK));
    cr_expect(eq(int, check(NULL, false).status, EXECZ_OK));
    cr_expect(eq(int, check("/nonexistent/plugins.lock", false).status, EXECZ_OK));
}

Test(lock, the_very_file_may_run)
{
    g_autofree char *plugin = fixture_path("good");
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    g_autofree char *text =
        g_strdup_printf("# mine\n\nother sha256:" OTHER_SUM "\r\ngood sha256:%s # this one\n", sum);
    g_autofree char *path = make_lock(text);

    cr_expect(eq(int, check(path, false).status, EXECZ_OK), "%s", check(path, false).message);
    cr_expect(eq(int, check(path, true).status, EXECZ_OK));
}

Test(lock, a_file_with_other_bytes_may_not)
{
    execz_error err = check_text("good sha256:" OTHER_SUM "\n");

    cr_expect(eq(str, err.code, (char *)"P222"));
    cr_expect(strstr(err.message, "plugins.lock has " OTHER_SUM " for 'good'") != NULL, "%s",
              err.message);
    cr_expect(strstr(err.message, "; fix: execz plugin lock -c CONFIGURATION") != NULL);
}

Test(lock, what_it_does_not_have_may_run_unless_it_is_required)
{
    g_autofree char *path = make_lock("other sha256:" OTHER_SUM "\n");

    cr_expect(eq(int, check(path, false).status, EXECZ_OK));
    cr_expect(eq(str, check(path, true).code, (char *)"P221"));
}

Test(lock, if_it_is_required_it_must_be_there)
{
    cr_expect(eq(str, check("/nonexistent/plugins.lock", true).code, (char *)"P223"));
    cr_expect(eq(str, check(NULL, true).code, (char *)"P223"));
}

Test(lock, one_with_a_line_that_is_none_allows_nothing)
{
    cr_expect(eq(str, check_text("good\n").code, (char *)"P223"));
    cr_expect(eq(str, check_text("good md5:abc\n").code, (char *)"P223"));
    cr_expect(eq(str, check_text("good sha256:abc\n").code, (char *)"P223"));
    cr_expect(strstr(check_text("# a\ngood sha256:X\n").message, "plugins.lock:2: ") != NULL);
    cr_expect(strstr(check_text("a sha256:" OTHER_SUM "\na sha256:" OTHER_SUM "\n").message,
                     "comes twice") != NULL);
}

Test(lock, one_with_an_alias_that_is_none_allows_nothing)
{
    const char *const lines[] = {"\xEF\xBB\xBFgood", "go/od", "good\tsha256:X", "\x1B[31mgood"};

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *text = g_strconcat(lines[i], " sha256:" OTHER_SUM "\n", NULL);

        cr_expect(eq(str, check_text(text).code, (char *)"P223"), "%s", lines[i]);
    }
}

Test(lock, one_that_goes_on_behind_a_nul_byte_allows_nothing)
{
    static const char bytes[] = "# mine\n\0\ngood sha256:" OTHER_SUM "\n";
    g_autofree char *path = make_lock_of(bytes, sizeof bytes - 1);
    execz_error err = check(path, false);

    cr_expect(eq(str, err.code, (char *)"P223"));
    cr_expect(strstr(err.message, "plugins.lock has a NUL byte") != NULL, "%s", err.message);
}

Test(lock, one_that_others_may_write_allows_nothing)
{
    g_autofree char *path = make_lock("other sha256:" OTHER_SUM "\n");

    chmod(path, 0666);
    cr_expect(eq(str, check(path, false).code, (char *)"P223"));
    cr_expect(strstr(check(path, false).message, "; fix: chmod o-w ") != NULL);
}
