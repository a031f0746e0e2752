/* SPDX-License-Identifier: MIT */
#include "trigger/zone_file.h"

#include "support/scratch.h"
#include "trigger/zone.h"

#include <criterion/new/assert.h>

#include <string.h>
#include <sys/stat.h>

/* Whoever reads a zone file finds this one, after change has been at it. */
typedef struct sample {
    char *directory, *path; /* owned */
    char *bytes;            /* owned */
    gsize length;
} sample;

static void
sample_init(sample *self)
{
    cr_assert(g_file_get_contents("/usr/share/zoneinfo/Europe/Berlin", &self->bytes, &self->length,
                                  NULL));
    self->directory = scratch_new();
    self->path = g_build_filename(self->directory, "Sample", NULL);
}

static void
sample_clear(sample *self)
{
    scratch_free(self->directory);
    g_free(self->path);
    g_free(self->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(sample, sample_clear)

static ez_zone_file
look(const sample *self, gsize length)
{
    cr_assert(g_file_set_contents(self->path, self->bytes, (gssize)length, NULL));
    return ez_zone_file_look(self->path);
}

/* Where the second header begins, the one that counts. */
static gsize
second_header(const sample *self)
{
    const char *at = memmem(self->bytes + 4, self->length - 4, "TZif", 4);

    cr_assert(at != NULL);
    return (gsize)(at - self->bytes);
}

Test(zone_file, one_that_is_cut_off_anywhere_is_broken)
{
    g_auto(sample) self = {0};

    sample_init(&self);
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_WHOLE));
    cr_expect(eq(int, look(&self, self.length - 1), EZ_ZONE_FILE_BROKEN));
    for (gsize length = 4; length < self.length - 1; length += 97) {
        cr_expect(eq(int, look(&self, length), EZ_ZONE_FILE_BROKEN), "%zu bytes", length);
    }
}

Test(zone_file, what_does_not_begin_like_one_is_none)
{
    g_auto(sample) self = {0};

    sample_init(&self);
    cr_expect(eq(int, look(&self, 0), EZ_ZONE_FILE_NONE));
    cr_expect(eq(int, look(&self, 3), EZ_ZONE_FILE_NONE));
    cr_expect(eq(int, ez_zone_file_look(self.directory), EZ_ZONE_FILE_NONE));
    g_unlink(self.path);
    cr_expect(eq(int, ez_zone_file_look(self.path), EZ_ZONE_FILE_NONE));
    cr_assert(eq(int, mkfifo(self.path, 0600), 0));
    cr_expect(eq(int, ez_zone_file_look(self.path), EZ_ZONE_FILE_NONE), "nobody waits for it");
}

Test(zone_file, numbers_that_lead_out_of_their_tables_are_broken)
{
    g_auto(sample) self = {0};
    gsize header, times, types, n_times, n_types;

    sample_init(&self);
    header = second_header(&self);
    n_times = (guint8)self.bytes[header + 35];
    n_types = (guint8)self.bytes[header + 39];
    times = header + 44;
    types = times + 9 * n_times;

    self.bytes[header + 4] = '\0'; /* another version than that of the first header */
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_BROKEN));
    self.bytes[header + 4] = self.bytes[4];
    self.bytes[header + 32] = '\xff'; /* more times than the file is long */
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_BROKEN));
    self.bytes[header + 32] = 0;
    self.bytes[times + 8 * n_times] = (char)n_types; /* the type of the first time */
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_BROKEN));
    self.bytes[times + 8 * n_times] = 0;
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_WHOLE));
    self.bytes[types + 5] = '\xff'; /* the abbreviation of the first type */
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_BROKEN));
    self.bytes[types + 5] = 0;
    self.bytes[types] = 1; /* its offset, by 194 days */
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_BROKEN));
    self.bytes[types] = 0;
    self.bytes[times + 8] = '\x80'; /* the second time, long before the first */
    cr_expect(eq(int, look(&self, self.length), EZ_ZONE_FILE_BROKEN));
}

Test(zone_file, a_broken_one_ends_no_process)
{
    g_auto(sample) self = {0};
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *expected = NULL;
    ez_zone *zone = NULL;

    sample_init(&self);
    expected = g_strdup_printf("time zone 'Sample': %s is cut off or damaged; install the time "
                               "zones (tzdata) again",
                               self.path);
    g_setenv("TZDIR", self.directory, TRUE);
    look(&self, 300);
    cr_expect(eq(int, ez_zone_open("Sample", &zone, &err), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message, expected));
    look(&self, self.length);
    cr_assert(eq(int, ez_zone_open("Sample", &zone, &err), EXECZ_OK));
    ez_zone_unref(zone);
}
