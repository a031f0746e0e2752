/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "problems.h"

#include <execz/catalog.h>

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin lock -c FILE [--dry-run]\n"
    "\n"
    "Writes plugins.lock beside a configuration: the sha256 of the plugin of each of its\n"
    "executors, of its store and of what serves its metrics, as the files are now.  From\n"
    "then on only these bytes are run by these aliases; with require_lock = yes nothing\n"
    "else is.\n"
    "\n"
    "  -c, --config FILE    the configuration\n"
    "      --dry-run        only show what would change\n"
    "\n"
    "exit status: 0 ok, 1 a plugin cannot be used, 3 the configuration is wrong\n"
    "\n"
    "example: execz plugin lock -c examples/hello.conf --dry-run\n";
/* clang-format on */

static const char head[] =
    "# Which bytes each alias may stand for; written by execz plugin lock.\n";

/* What a configuration says of plugins that are no executors. */
typedef struct others {
    char *directory; /* owned, as the next two; where its relative paths begin */
    char *store;     /* the type */
    GPtrArray *plugin_path;
    bool serves_metrics;
} others;

typedef struct lock {
    execz_catalog *catalog; /* owned */
    GHashTable *old;        /* alias -> sum, owned; as the file has them */
    GTree *lines;           /* alias -> sum, owned */
    bool failed;
} lock;

static int
compare(const void *a, const void *b, void *user)
{
    (void)user;
    return strcmp(a, b);
}

/* What the lock file has now; what is no line of it is written anew anyway. */
static GHashTable *
read_old(const char *path)
{
    GHashTable *sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        lines = g_strsplit(text, "\n", -1);
    }
    for (char **line = lines; line != NULL && *line != NULL; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", 2);

        if (words[0] != NULL && words[1] != NULL && words[0][0] != '#') {
            g_hash_table_replace(sums, g_strdup(words[0]), g_strdup(g_strstrip(words[1])));
        }
    }
    return sums;
}

static void
add(void *user, const execz_executor_info *executor)
{
    lock *self = user;
    execz_plugin_info info = {.size = sizeof info};
    execz_error err = EXECZ_ERROR_INIT;
    size_t index;

    if (executor->path == NULL) {
        fprintf(stderr, "execz: executor '%s' cannot be locked: %s\n", executor->alias,
                executor->unavailable);
        self->failed = true;
    } else if (execz_catalog_find(self->catalog, executor->path, &index, &err) != EXECZ_OK) {
        fprintf(stderr, "execz: executor '%s' cannot be locked: %s [%s]\n", executor->alias,
                err.message, err.code);
        self->failed = true;
    } else {
        execz_catalog_get(self->catalog, index, &info);
        g_tree_replace(self->lines, g_strdup(executor->type),
                       g_strconcat("sha256:", info.sha256, NULL));
    }
}

/* Adds what an alias stands for. */
static void
add_alias(lock *self, const char *alias)
{
    execz_plugin_info info = {.size = sizeof info};
    execz_error err = EXECZ_ERROR_INIT;
    size_t index;

    if (execz_catalog_find(self->catalog, alias, &index, &err) != EXECZ_OK) {
        fprintf(stderr, "execz: '%s' cannot be locked: %s [%s]\n", alias, err.message, err.code);
        self->failed = true;
        return;
    }
    execz_catalog_get(self->catalog, index, &info);
    g_tree_replace(self->lines, g_strndup(info.alias, strcspn(info.alias, " ")),
                   g_strconcat("sha256:", info.sha256, NULL));
}

static void
take_setting(void *user, const execz_setting_info *setting)
{
    others *self = user;
    bool of_scheduler = strcmp(setting->section, "scheduler") == 0;

    if (of_scheduler && strcmp(setting->key, "metrics") == 0) {
        self->serves_metrics = true;
    } else if (of_scheduler && strcmp(setting->key, "plugin_path") == 0) {
        g_auto(GStrv) paths = g_strsplit(setting->value, ":", -1);

        g_ptr_array_set_size(self->plugin_path, 0);
        for (char **path = paths; *path != NULL; path++) {
            g_ptr_array_add(self->plugin_path,
                            g_canonicalize_filename(g_strstrip(*path), self->directory));
        }
    } else if (strcmp(setting->section, "store:default") == 0 &&
               strcmp(setting->key, "type") == 0) {
        g_free(self->store);
        self->store = g_strdup(setting->value);
    }
}

/* "new", "changed" or "as it was", for people. */
static gboolean
show(void *alias, void *sum, void *user)
{
    const lock *self = user;
    const char *old = g_hash_table_lookup(self->old, alias);

    printf("%-10s %s %s\n",
           old == NULL             ? "new"
           : strcmp(old, sum) == 0 ? "as it was"
                                   : "changed",
           (const char *)alias, (const char *)sum);
    g_hash_table_remove(self->old, alias);
    return FALSE;
}

static gboolean
append(void *alias, void *sum, void *user)
{
    g_string_append_printf(user, "%s %s\n", (const char *)alias, (const char *)sum);
    return FALSE;
}

static void
show_gone(const lock *self)
{
    GHashTableIter each;
    void *alias, *sum;

    g_hash_table_iter_init(&each, self->old);
    while (g_hash_table_iter_next(&each, &alias, &sum)) {
        printf("%-10s %s %s\n", "gone", (const char *)alias, (const char *)sum);
    }
}

static int
write_file(const lock *self, const char *path)
{
    g_autoptr(GString) text = g_string_new(head);
    g_autoptr(GError) error = NULL;

    g_tree_foreach(self->lines, append, text);
    if (!g_file_set_contents_full(path, text->str, (gssize)text->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error)) {
        fprintf(stderr, "execz: %s\n", error->message);
        return EZ_EXIT_FAILED;
    }
    printf("%s is written\n", path);
    return EZ_EXIT_OK;
}

/* The store of execz start, unless it is the memory, and metrics. */
static void
add_others(lock *self, const others *said)
{
    if (strcmp(said->store, "memory") != 0) {
        add_alias(self, said->store);
    }
    if (said->serves_metrics) {
        add_alias(self, "http");
    }
}

static int
lock_all(execz_scheduler *scheduler, const others *said, const char *path, bool dry_run)
{
    lock self = {.catalog = execz_catalog_new((const char *const *)said->plugin_path->pdata),
                 .old = read_old(path),
                 .lines = g_tree_new_full(compare, NULL, g_free, g_free)};
    int status = EZ_EXIT_OK;

    execz_scheduler_list_executors(scheduler, add, &self);
    add_others(&self, said);
    g_tree_foreach(self.lines, show, &self);
    show_gone(&self);
    if (self.failed) {
        status = EZ_EXIT_FAILED;
    } else if (!dry_run) {
        status = write_file(&self, path);
    }
    g_tree_unref(self.lines);
    g_hash_table_unref(self.old);
    execz_catalog_free(self.catalog);
    return status;
}

/* That it can be read is known. */
static void
read_others(others *self, const char *config)
{
    g_autofree char *whole = g_canonicalize_filename(config, NULL);

    self->directory = g_path_get_dirname(whole);
    self->store = g_strdup("sqlite");
    self->plugin_path = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    (void)execz_config_list_settings(config, take_setting, self, NULL);
}

static int
run(const ez_command *self, int argc, char **argv)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    const char *config = NULL;
    bool dry_run = false;
    const ez_arg options[] = {
        {"config", 'c', EZ_ARG_TEXT, &config}, {"dry-run", 0, EZ_ARG_FLAG, &dry_run}, {NULL}};
    others said = {.plugin_path = NULL};
    g_autofree char *directory = NULL, *path = NULL;
    execz_scheduler *scheduler;
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (config == NULL || arguments->len > 0) {
        return ez_usage_error(self, config == NULL ? "which configuration? -c FILE"
                                                   : "it takes no argument");
    }
    scheduler = ez_problems_load(config, NULL, false, "nothing was written", &status);
    if (scheduler == NULL) {
        return status;
    }
    read_others(&said, config);
    directory = g_path_get_dirname(config);
    path = g_build_filename(directory, "plugins.lock", NULL);
    status = lock_all(scheduler, &said, path, dry_run);
    execz_scheduler_free(scheduler);
    g_free(said.directory);
    g_free(said.store);
    g_ptr_array_unref(said.plugin_path);
    return status;
}

const ez_command ez_command_plugin_lock = {"plugin lock", help, run, NULL};
