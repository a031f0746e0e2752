/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <unistd.h>

char *
enter_directory(void)
{
    char *path = g_dir_make_tmp("execz-config-XXXXXX", NULL);

    cr_assert(path != NULL);
    cr_assert(eq(int, chdir(path), 0));
    return path;
}

void
leave_directory(const char *path)
{
    const char *argv[] = {"rm", "-rf", path, NULL};

    cr_expect(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                           NULL, NULL));
}

void
write_file(const char *path, const char *text)
{
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

void
loaded_clear(loaded *self)
{
    ez_config_free(self->config);
    ez_catalog_free(self->catalog);
}

loaded
load(const char *path)
{
    execz_error err = EXECZ_ERROR_INIT;
    loaded self = {ez_config_load(path, &err), NULL};

    cr_assert(self.config != NULL, "%s", err.message);
    self.catalog = ez_catalog_new(&(ez_catalog_settings){
        .builtin_dir = EXECZ_TEST_CONFIG_PLUGIN_DIR,
        .plugin_path = self.config->scheduler.plugin_path,
    });
    ez_config_check(self.config, self.catalog);
    return self;
}

loaded
load_text(const char *text)
{
    g_autofree char *directory = enter_directory();
    loaded self;

    write_file("t.conf", text);
    self = load("t.conf");
    leave_directory(directory);
    return self;
}

char *
problems_of(ez_report *report)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < ez_report_count(report); i++) {
        g_autofree char *line = ez_problem_format(ez_report_get(report, i));

        g_string_append_printf(text, "%s%s", i == 0 ? "" : "\n", line);
    }
    return g_string_free(text, FALSE);
}

void
expect_problems_of(const char *text, const char *expected)
{
    g_auto(loaded) f = load_text(text);
    g_autofree char *found = problems_of(ez_config_problems(f.config));

    cr_expect(eq(str, found, (char *)expected));
}

const ez_config_task *
task_of(const loaded *self, const char *id)
{
    for (guint i = 0; i < self->config->tasks->len; i++) {
        const ez_config_task *task = self->config->tasks->pdata[i];

        if (strcmp(task->spec.id, id) == 0) {
            return task;
        }
    }
    cr_assert(false, "no task %s", id);
    return NULL;
}
