/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "control/client.h"
#include "plugin.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin list [--all] [--json] [--plugin-path DIR]... [--socket PATH]\n"
    "\n"
    "Lists the plugins that can be used, and those that the running scheduler, if there is one,\n"
    "has put into quarantine because they crashed too often.\n"
    "\n"
    "  --all                also those that cannot be used, and why, and every directory\n"
    "                       that is searched\n"
    "  --json               as an array of objects\n"
    "  --plugin-path DIR    one more directory, as plugin_path in a configuration\n"
    "  --socket PATH        the scheduler's socket; without it $EXECZ_SOCKET, else the usual one\n"
    "\n"
    "example: execz plugin list --all\n";
/* clang-format on */

static bool
is_usable(const execz_plugin_info *info)
{
    return info->refusal == NULL && info->shadowed_by == NULL;
}

/* ---- quarantine ------------------------------------------------------------------------------- */

/* The executors that the running scheduler has put into quarantine: an array.  That no scheduler runs is
 * none; what else is wrong was told on stderr. */
static json_t *
ask_for_quarantine(const char *socket)
{
    json_t *status = NULL, *found = json_array(), *one;
    size_t i;

    (void)ez_client_ask_if_any(socket, ez_ask_for("status"), &status);
    json_array_foreach(json_object_get(status, "executors"), i, one)
    {
        if (json_is_true(json_object_get(one, "quarantined")) && ez_ask_text(one, "path") != NULL) {
            json_array_append(found, one);
        }
    }
    json_decref(status);
    return found;
}

/* Moves from to what stands for one file: an array of objects, empty if there are none. */
static json_t *
take_quarantine(json_t *from, const char *path)
{
    json_t *taken = json_array();

    for (size_t i = 0; i < json_array_size(from);) {
        const json_t *one = json_array_get(from, i);

        if (strcmp(ez_ask_text(one, "path"), path) != 0) {
            i++;
            continue;
        }
        json_array_append_new(taken,
                              json_pack("{s:O, s:O}", "executor", json_object_get(one, "alias"),
                                        "reason", json_object_get(one, "unavailable")));
        json_array_remove(from, i);
    }
    return taken;
}

/* ---- what is known of one file ----------------------------------------------------------------- */

/* A file that the scheduler uses and that is in none of the directories that are searched here. */
static json_t *
describe_elsewhere(const json_t *executor)
{
    return json_pack("{s:O, s:O, s:s}", "alias", json_object_get(executor, "type"), "path",
                     json_object_get(executor, "path"), "kind", EXECZ_KIND_EXECUTOR);
}

/* What is to be shown: an array of objects as ez_plugin_json() makes them, with "quarantined" where there
 * is some; *n_hidden_out more cannot be used. */
static json_t *
gather(const ez_plugin_command *self, size_t *n_hidden_out)
{
    json_t *quarantine = ask_for_quarantine(self->socket);
    json_t *list = json_array();

    *n_hidden_out = 0;
    for (size_t i = 0; i < execz_catalog_count(self->catalog); i++) {
        execz_plugin_info info = ez_plugin_command_get(self, i);
        json_t *taken = take_quarantine(quarantine, info.path);
        json_t *object = ez_plugin_json(&info);

        if (json_array_size(taken) > 0) {
            json_object_set(object, "quarantined", taken);
        }
        if (self->all || is_usable(&info) || json_array_size(taken) > 0) {
            json_array_append(list, object);
        } else {
            ++*n_hidden_out;
        }
        json_decref(object);
        json_decref(taken);
    }
    while (json_array_size(quarantine) > 0) {
        json_t *object = describe_elsewhere(json_array_get(quarantine, 0));

        json_object_set_new(object, "quarantined",
                            take_quarantine(quarantine, ez_ask_text(object, "path")));
        json_array_append_new(list, object);
    }
    json_decref(quarantine);
    return list;
}

/* ---- for people --------------------------------------------------------------------------------- */

/* What stands in the last column. */
static char *
remark_on(const json_t *plugin)
{
    const json_t *quarantined = json_object_get(plugin, "quarantined");
    const json_t *first = json_array_get(quarantined, 0);
    size_t n = json_array_size(quarantined);

    if (ez_ask_text(plugin, "refusal") != NULL) {
        return g_strdup_printf("refused: %s [%s]", ez_ask_text(plugin, "refusal"),
                               ez_ask_text(plugin, "refusal_code"));
    }
    if (n > 0) {
        g_autofree char *more = n > 1 ? g_strdup_printf(" and %zu more", n - 1) : g_strdup("");

        return g_strdup_printf("quarantined: executor '%s'%s: %s", ez_ask_text(first, "executor"),
                               more, ez_ask_text(first, "reason"));
    }
    if (ez_ask_text(plugin, "shadowed_by") != NULL) {
        return g_strdup_printf("shadowed by %s", ez_ask_text(plugin, "shadowed_by"));
    }
    return g_strdup(ez_ask_text(plugin, "summary"));
}

static void
show_trace(const ez_plugin_command *self)
{
    char *trace = execz_catalog_trace(self->catalog, NULL);

    printf("\n%s\n", trace);
    free(trace);
}

/* "threadpool pool": all names of one. */
static char *
names_of(const json_t *plugin)
{
    g_autoptr(GString) names = g_string_new(ez_ask_text(plugin, "alias"));
    const json_t *aliases = json_object_get(plugin, "aliases");

    for (size_t i = 1; i < json_array_size(aliases); i++) {
        g_string_append_printf(names, " %s", json_string_value(json_array_get(aliases, i)));
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

static void
show_table(const json_t *list)
{
    static const char *const head[] = {"ALIAS", "VERSION", "KIND", "WHERE", "SUMMARY"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *plugin = json_array_get(list, i);
        g_autofree char *names = names_of(plugin);
        g_autofree char *kind = ez_plugin_kind(ez_ask_text(plugin, "kind"));
        g_autofree char *remark = remark_on(plugin);
        const char *row[] = {names, ez_ask_text(plugin, "version"), kind,
                             ez_ask_text(plugin, "path"), remark};

        ez_table_add(table, row);
    }
    ez_table_print(table, stdout, 0);
}

static void
show(const ez_plugin_command *self)
{
    size_t n_hidden;
    json_t *list = gather(self, &n_hidden);

    if (self->json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        fputc('\n', stdout);
    } else {
        show_table(list);
        if (self->all) {
            show_trace(self);
        } else if (n_hidden > 0) {
            fflush(stdout);
            fprintf(stderr, "%zu more cannot be used; execz plugin list --all says why\n",
                    n_hidden);
        }
    }
    json_decref(list);
}

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_plugin_command plugin;
    int status;

    if (!ez_plugin_command_open(&plugin, self, argc, argv, &status)) {
        return status;
    }
    show(&plugin);
    ez_plugin_command_close(&plugin);
    return EZ_EXIT_OK;
}

const ez_command ez_command_plugin_list = {"plugin list", help, run, NULL};
