/* SPDX-License-Identifier: MIT */
#include "plugin.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin list [--all] [--json] [--plugin-path DIR]...\n"
    "\n"
    "Lists the plugins that can be used.\n"
    "\n"
    "  --all                also those that cannot be used, and why, and every directory\n"
    "                       that is searched\n"
    "  --json               as an array of objects\n"
    "  --plugin-path DIR    one more directory, as plugin_path in a configuration\n"
    "\n"
    "example: execz plugin list --all\n";
/* clang-format on */

static bool
is_usable(const execz_plugin_info *info)
{
    return info->refusal == NULL && info->shadowed_by == NULL;
}

static int
show_json(const ez_plugin_command *self)
{
    json_t *list = json_array();

    for (size_t i = 0; i < execz_catalog_count(self->catalog); i++) {
        execz_plugin_info info = ez_plugin_command_get(self, i);

        if (self->all || is_usable(&info)) {
            json_array_append_new(list, ez_plugin_json(&info));
        }
    }
    json_dumpf(list, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(list);
    return EZ_EXIT_OK;
}

/* What stands in the last column. */
static char *
remark_on(const execz_plugin_info *info)
{
    if (info->refusal != NULL) {
        return g_strdup_printf("refused: %s [%s]", info->refusal, info->refusal_code);
    }
    if (info->shadowed_by != NULL) {
        return g_strdup_printf("shadowed by %s", info->shadowed_by);
    }
    return g_strdup(info->summary);
}

static void
show_trace(const ez_plugin_command *self)
{
    char *trace = execz_catalog_trace(self->catalog, NULL);

    printf("\n%s\n", trace);
    free(trace);
}

static int
show_table(const ez_plugin_command *self)
{
    static const char *const head[] = {"ALIAS", "VERSION", "KIND", "WHERE", "SUMMARY"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));
    size_t n_hidden = 0;

    for (size_t i = 0; i < execz_catalog_count(self->catalog); i++) {
        execz_plugin_info info = ez_plugin_command_get(self, i);
        g_autofree char *kind = ez_plugin_kind(info.kind);
        g_autofree char *remark = remark_on(&info);
        const char *row[] = {info.alias, info.version, kind, info.path, remark};

        if (self->all || is_usable(&info)) {
            ez_table_add(table, row);
        } else {
            n_hidden++;
        }
    }
    ez_table_print(table, stdout, 0);
    if (self->all) {
        show_trace(self);
    } else if (n_hidden > 0) {
        fflush(stdout);
        fprintf(stderr, "%zu more cannot be used; execz plugin list --all says why\n", n_hidden);
    }
    return EZ_EXIT_OK;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_plugin_command plugin;
    int status;

    if (!ez_plugin_command_open(&plugin, self, argc, argv, &status)) {
        return status;
    }
    status = plugin.json ? show_json(&plugin) : show_table(&plugin);
    ez_plugin_command_close(&plugin);
    return status;
}

const ez_command ez_command_plugin_list = {"plugin list", help, run, NULL};
