/* SPDX-License-Identifier: MIT */
#include "generations.h"

#include "support/patience.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
record(void *user, uint32_t level, const char *message)
{
    (void)level;
    g_string_append_printf(((generations *)user)->log, "%s\n", message);
}

void
generations_install(generations *self, const char *plugin)
{
    g_autofree char *place = g_build_filename(self->directory, "generation.so", NULL);
    g_autofree char *built = NULL, *bytes = NULL, *fresh = NULL;
    gsize length;

    if (plugin == NULL) {
        cr_assert(unlink(place) == 0);
        return;
    }
    built = g_strdup_printf(EXECZ_TEST_PLUGIN_DIR "/%s.so", plugin);
    fresh = g_strdup_printf("%s.new", place);
    cr_assert(g_file_get_contents(built, &bytes, &length, NULL));
    cr_assert(g_file_set_contents(fresh, bytes, (gssize)length, NULL));
    cr_assert(chmod(fresh, 0644) == 0 && rename(fresh, place) == 0);
}

generations *
generations_new(const char *plugin)
{
    generations *self = g_new0(generations, 1);
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    const char *path[2] = {NULL};
    execz_error err = EXECZ_ERROR_INIT;

    self->log = g_string_new(NULL);
    self->directory = g_dir_make_tmp("execz-generations-XXXXXX", NULL);
    cr_assert(ne(ptr, self->directory, NULL));
    generations_install(self, plugin);
    path[0] = self->directory;
    options.plugin_path = path;
    options.watch_plugins = 1;
    options.log = record;
    options.log_user = self;
    self->scheduler = execz_scheduler_new(&options, &err);
    cr_assert(self->scheduler != NULL, "%s", err.message);
    self->scheduler->services.plugin_host = EXECZ_TEST_PLUGIN_HOST;
    cr_assert(
        eq(int,
           execz_scheduler_add_executor(self->scheduler, "default", "generation", NULL, 0, &err),
           EXECZ_OK),
        "%s", err.message);
    cr_assert(eq(int, execz_scheduler_start(self->scheduler, &err), EXECZ_OK));
    return self;
}

void
generations_free(generations *self)
{
    g_autofree char *place = g_build_filename(self->directory, "generation.so", NULL);

    execz_scheduler_free(self->scheduler);
    (void)unlink(place);
    (void)rmdir(self->directory);
    g_free(self->directory);
    g_string_free(self->log, TRUE);
    g_free(self);
}

void
generations_await(generations *self, const char *text)
{
    struct pollfd ready = {.fd = execz_scheduler_fd(self->scheduler), .events = POLLIN};
    int64_t end = patience_ends();

    while (strstr(self->log->str, text) == NULL) {
        cr_assert(not(patience_is_over(end)), "%s is not in:\n%s", text, self->log->str);
        (void)poll(&ready, 1, 100);
        execz_scheduler_dispatch(self->scheduler);
    }
}
