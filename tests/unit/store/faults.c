/* SPDX-License-Identifier: MIT */
/* What can be wrong with a store when it is opened. */
#include "bed.h"

#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
expect_refusal(bed *self, const char *part)
{
    g_autoptr(ez_report) report = ez_report_new();
    execz_error err = EXECZ_ERROR_INIT;

    self->store = bed_make(self, NULL, 0, report);
    cr_expect(ez_store_open(self->store, &err) != EXECZ_OK);
    cr_expect(strstr(err.message, part) != NULL, "%s", err.message);
    cr_expect(strstr(err.message, self->directory) != NULL, "%s", err.message);
}

static void
put_file(bed *self, const char *bytes, size_t length)
{
    g_autofree char *path = g_build_filename(self->directory, "execz.db", NULL);

    cr_assert(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

Test(store, a_file_that_is_no_database_is_refused_and_left_alone)
{
    bed self = bed_new();
    g_autofree char *path = g_build_filename(self.directory, "execz.db", NULL);
    g_autofree char *text = g_strnfill(5000, 'x');
    g_autofree char *after = NULL;

    put_file(&self, text, 5000);
    expect_refusal(&self, "not a database");
    cr_assert(g_file_get_contents(path, &after, NULL, NULL));
    cr_expect(eq(str, after, text));
    bed_free(&self);
}

/* Changes bytes of the database, which is closed, at an offset of its header. */
static void
patch_header(bed *self, size_t at, const char *bytes, size_t n)
{
    g_autofree char *path = g_build_filename(self->directory, "execz.db", NULL);
    g_autofree char *file = NULL;
    gsize length;

    cr_assert(g_file_get_contents(path, &file, &length, NULL));
    memcpy(file + at, bytes, n);
    cr_assert(g_file_set_contents(path, file, (gssize)length, NULL));
}

Test(store, what_a_newer_version_has_written_is_refused)
{
    bed self = bed_new();

    bed_open(&self, bed_for_ever, 1);
    g_clear_pointer(&self.store, ez_store_free);
    patch_header(&self, 60, "\0\0\0\x63", 4); /* user_version */
    expect_refusal(&self, "newer execz");
    bed_free(&self);
}

Test(store, another_programs_database_is_refused)
{
    bed self = bed_new();

    bed_open(&self, bed_for_ever, 1);
    g_clear_pointer(&self.store, ez_store_free);
    patch_header(&self, 68, "MINE", 4); /* application_id */
    expect_refusal(&self, "another program's");
    bed_free(&self);
}

Test(store, two_on_one_directory_are_not_possible)
{
    bed self = bed_new();
    g_autoptr(ez_report) report = ez_report_new();
    g_autofree char *pid = g_strdup_printf("process %d,", getpid());
    execz_error err = EXECZ_ERROR_INIT;
    ez_store *second;

    bed_open(&self, bed_for_ever, 1);
    second = bed_make(&self, NULL, 0, report);
    cr_expect(eq(int, ez_store_open(second, &err), EXECZ_E_EXISTS));
    cr_expect(strstr(err.message, pid) != NULL, "%s", err.message);
    ez_store_free(second);
    bed_free(&self);
}

Test(store, options_that_are_wrong_are_reported)
{
    static const ez_setting settings[] = {{.key = "synchronous", .value = "perhaps"},
                                          {.key = "retain_cont", .value = "5"}};
    bed self = bed_new();
    g_autoptr(ez_report) report = ez_report_new();

    cr_expect(bed_make(&self, settings, 2, report) == NULL);
    cr_expect(eq(sz, ez_report_count(report), 2));
    bed_free(&self);
}
