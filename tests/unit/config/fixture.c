/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "config/ini.h"

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

void
fixture_clear(fixture *self)
{
    ez_report_free(self->report);
    ez_document_free(self->document);
}
void
read_bytes(fixture *self, const char *name, const char *text, size_t length)
{
    /* A copy without a terminator, so that the address sanitizer sees every byte too many. */
    g_autofree char *bytes = g_memdup2(text, MAX(length, 1));
    const char *file;

    if (self->document == NULL) {
        self->document = ez_document_new();
        self->report = ez_report_new();
    }
    file = ez_document_add_file(self->document, name);
    ez_ini_read(self->document, file, bytes, length, self->report);
}

void
read_text(fixture *self, const char *text)
{
    read_bytes(self, "t.conf", text, strlen(text));
}

const ez_ini_entry *
entry(const fixture *self, const char *kind, const char *name, const char *key)
{
    ez_section *section = ez_document_find(self->document, kind, name);

    cr_assert(section != NULL, "no section %s:%s", kind, name);
    cr_assert(ez_section_find(section, key) != NULL, "no key %s", key);
    return ez_section_find(section, key);
}

char *
value(const fixture *self, const char *kind, const char *name, const char *key)
{
    return (char *)entry(self, kind, name, key)->setting.value;
}

void
expect_problems(const char *text, const char *expected)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, text);
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)expected));
}

execz_task_spec
spec_of(loaded *f, const char *lines)
{
    g_autofree char *text =
        g_strconcat("executors.default.type = good\n[task:a]\nevery = 5s\nshell = true\n", lines,
                    NULL);
    g_autofree char *problems = NULL;

    *f = load_text(text);
    problems = problems_of(ez_config_problems(f->config));
    cr_assert(eq(str, problems, (char *)""));
    return task_of(f, "a")->spec;
}
