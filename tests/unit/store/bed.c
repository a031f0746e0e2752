/* SPDX-License-Identifier: MIT */
#include "bed.h"

#include "plugin/catalog.h"
#include "support/scratch.h"

#include <criterion/new/assert.h>

static void
no_log(void *user, uint32_t level, const char *message)
{
    (void)user;
    (void)level;
    (void)message;
}

ez_store *
bed_make(bed *self, const ez_setting *settings, size_t n, ez_report *report)
{
    static const char *const path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    ez_catalog_settings catalog_settings = ez_catalog_settings_of_process();
    g_autoptr(ez_catalog) catalog = NULL;
    const ez_plugin_file *file;
    ez_options_source source = {
        .owner = "the store", .base_dir = "/", .settings = settings, .n_settings = n};
    execz_error err = EXECZ_ERROR_INIT;

    catalog_settings.builtin_dir = "/nonexistent";
    catalog_settings.plugin_path = path;
    catalog = ez_catalog_new(&catalog_settings);
    file = ez_catalog_find(catalog, "sqlite", &err);
    cr_assert(file != NULL, "%s", err.message);
    self->log = (ez_log){EXECZ_LOG_ERROR, no_log, NULL};
    return ez_store_new(&(ez_store_parts){&self->clock.clock, &self->log, NULL, self->directory,
                                          file->path, ez_plugin_file_part(file, "sqlite")},
                        &source, report);
}

const ez_setting bed_for_ever[] = {{.key = "retain_age", .value = "0s"}};

void
bed_open(bed *self, const ez_setting *settings, size_t n)
{
    g_autoptr(ez_report) report = ez_report_new();
    execz_error err = EXECZ_ERROR_INIT;

    self->store = bed_make(self, settings, n, report);
    cr_assert(self->store != NULL);
    cr_assert(eq(int, ez_store_open(self->store, &err), EXECZ_OK), "%s", err.message);
}

bed
bed_new(void)
{
    bed self = {.directory = scratch_new(), .clock = fake_clock_new(), .seen = g_string_new(NULL)};

    ez_batch_init(&self.batch);
    return self;
}

void
bed_free(bed *self)
{
    ez_store_free(self->store);
    ez_batch_deinit(&self->batch);
    g_string_free(self->seen, TRUE);
    scratch_free(self->directory);
}

void
bed_reopen(bed *self)
{
    ez_store_free(self->store);
    bed_open(self, bed_for_ever, 1);
}

void
bed_commit(bed *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_store_commit(self->store, &self->batch, &err), EXECZ_OK), "%s",
              err.message);
    ez_batch_clear(&self->batch);
}

void
bed_occurrence(bed *self, uint32_t kind, const char *task, execz_time run_time, uint32_t attempt,
               uint32_t outcome)
{
    ez_batch_occurrence(&self->batch, kind,
                        &(execz_history_record){.task = task,
                                                .executor = "x",
                                                .scheduled = run_time,
                                                .finished = outcome == 0 ? 0 : run_time + 1,
                                                .attempt = attempt,
                                                .outcome = outcome,
                                                .exit_status = -1,
                                                .output = outcome == 0 ? NULL : "out",
                                                .output_length = outcome == 0 ? 0 : 3});
}

void
bed_expect_refusal(bed *self, const char *part)
{
    g_autoptr(ez_report) report = ez_report_new();
    execz_error err = EXECZ_ERROR_INIT;

    self->store = bed_make(self, NULL, 0, report);
    cr_expect(ez_store_open(self->store, &err) != EXECZ_OK);
    cr_expect(strstr(err.message, part) != NULL, "%s", err.message);
    cr_expect(strstr(err.message, self->directory) != NULL, "%s", err.message);
}
