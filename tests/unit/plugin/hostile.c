/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include "plugin/module.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <sys/stat.h>

void
victim_deinit(victim *self)
{
    g_free(self->path);
    g_free(self->bytes);
}
victim
victim_make(void)
{
    g_autoptr(GBytes) sound = fixture_bytes("canary");
    victim self = {.directory = fixture_directory(), .size = g_bytes_get_size(sound)};

    self.path = g_build_filename(self.directory, "canary.so", NULL);
    self.bytes = g_memdup2(g_bytes_get_data(sound, NULL), self.size);
    return self;
}

void
victim_write(victim *self)
{
    cr_assert(g_file_set_contents_full(self->path, (char *)self->bytes, (gssize)self->size,
                                       G_FILE_SET_CONTENTS_NONE, 0644, NULL));
    fixture_remember(g_strdup(self->path));
}

execz_error
victim_load(const char *path)
{
    g_autoptr(ez_catalog) catalog = fixture_catalog("/nonexistent", NULL);
    execz_error err = EXECZ_ERROR_INIT;
    const ez_plugin_file *file = ez_catalog_find_file(catalog, path, &err);

    if (file != NULL && ez_module_load(file, &err) != NULL) {
        cr_fatal("%s was loaded", path);
    }
    return err;
}

static void
expect_one_refused(const hostile *one)
{
    g_auto(victim) self = victim_make();
    g_autofree char *canary = g_build_filename(self.directory, "canary", NULL);
    execz_error err;

    setenv("EXECZ_TEST_CANARY", canary, 1);
    if (one->change != NULL) {
        one->change(&self);
    }
    victim_write(&self);
    if (one->place != NULL) {
        one->place(&self);
    }
    err = victim_load(self.path);
    chmod(self.directory, 0700);
    cr_expect(eq(str, err.code, (char *)one->code), "%s: %s", one->what, err.message);
    cr_expect(not(g_file_test(canary, G_FILE_TEST_EXISTS)), "%s: its code ran", one->what);
}

void
expect_refused(const hostile *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        expect_one_refused(&all[i]);
    }
}
