/* SPDX-License-Identifier: MIT */
#include "plugin.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin info ALIAS|FILE [--json] [--plugin-path DIR]...\n"
    "\n"
    "Shows what a plugin says about itself: what it takes, and its options with their\n"
    "types, defaults and allowed values.\n"
    "\n"
    "  --json               as an object\n"
    "  --plugin-path DIR    one more directory, as plugin_path in a configuration\n"
    "\n"
    "exit status: 0 ok, 1 the plugin cannot be used, 5 not found\n"
    "\n"
    "example: execz plugin info threadpool\n";
/* clang-format on */

static const char *
type_name(uint32_t type)
{
    static const char *const names[] = {"?",        "string", "int",  "bool",
                                        "duration", "size",   "path", "choice"};

    return type < G_N_ELEMENTS(names) ? names[type] : names[0];
}

static char *
help_of(const execz_option *option)
{
    return g_strconcat(option->help, (option->flags & EXECZ_OPTION_REQUIRED) ? " (required)" : "",
                       (option->flags & EXECZ_OPTION_SECRET) ? " (secret)" : "",
                       (option->flags & EXECZ_OPTION_RELOADABLE) ? " (reloadable)" : "", NULL);
}

static void
show_options(const char *title, const execz_option *options, uint32_t n)
{
    static const char *const head[] = {"NAME", "TYPE", "DEFAULT", "ALLOWED", "WHAT IT IS"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));

    if (n == 0) {
        printf("\n%s: none\n", title);
        return;
    }
    printf("\n%s\n", title);
    for (uint32_t i = 0; i < n; i++) {
        g_autofree char *what = help_of(&options[i]);
        const char *row[] = {options[i].name, type_name(options[i].type), options[i].default_value,
                             options[i].allowed, what};

        ez_table_add(table, row);
    }
    ez_table_print(table, stdout, 2);
}

static void
show_line(const char *what, const char *text)
{
    printf("%-8s %s\n", what, text == NULL || text[0] == '\0' ? "-" : text);
}

static void
show_text(const execz_plugin_info *info)
{
    g_autofree char *kind = ez_plugin_kind(info->kind);
    g_autofree const char **words = ez_plugin_caps(info->caps);
    g_autofree char *takes = g_strjoinv(", ", (char **)words);
    bool takes_tasks = strcmp(kind, "executor") == 0;

    show_line("alias", info->alias);
    show_line("summary", info->summary);
    show_line("kind", kind);
    show_line("version", info->version);
    show_line("id", info->id);
    printf("file     %s%s%s%s\n", info->path, info->origin == NULL ? "" : " (",
           info->origin == NULL ? "" : info->origin, info->origin == NULL ? "" : ")");
    show_line("sha256", info->sha256);
    if (info->abi != 0) {
        printf("ABI      %u.%u, needs %u.%u\n", EXECZ_ABI_MAJOR(info->abi),
               EXECZ_ABI_MINOR(info->abi), EXECZ_ABI_MAJOR(info->needs_abi),
               EXECZ_ABI_MINOR(info->needs_abi));
    }
    if (takes_tasks) {
        show_line("takes", takes);
    }
    if (info->shadowed_by != NULL) {
        printf("shadowed by %s\n", info->shadowed_by);
    }
    show_options(takes_tasks                  ? "options, as NAME = VALUE in [executor:...]"
                 : strcmp(kind, "store") == 0 ? "options, as NAME = VALUE in [store:default]"
                                              : "options",
                 info->options, info->n_options);
    if (takes_tasks) {
        show_options("options for a task, as option.NAME = VALUE in [task:...]", info->task_options,
                     info->n_task_options);
    }
}

static json_t *
options_json(const execz_option *options, uint32_t n)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < n; i++) {
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "name", options[i].name,
                            "type", type_name(options[i].type), "default", options[i].default_value,
                            "allowed", options[i].allowed, "help", options[i].help, "required",
                            (options[i].flags & EXECZ_OPTION_REQUIRED) != 0, "secret",
                            (options[i].flags & EXECZ_OPTION_SECRET) != 0, "reloadable",
                            (options[i].flags & EXECZ_OPTION_RELOADABLE) != 0));
    }
    return list;
}

static void
show_json(const execz_plugin_info *info)
{
    json_t *object = ez_plugin_json(info);

    json_object_set_new(object, "options", options_json(info->options, info->n_options));
    json_object_set_new(object, "task_options",
                        options_json(info->task_options, info->n_task_options));
    json_dumpf(object, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(object);
}

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_plugin_command plugin;
    size_t index = 0;
    int status;

    if (!ez_plugin_command_open(&plugin, self, argc, argv, &status)) {
        return status;
    }
    status = ez_plugin_command_find(&plugin, &index);
    if (status == EZ_EXIT_OK) {
        execz_plugin_info info = ez_plugin_command_get(&plugin, index);

        if (plugin.json) {
            show_json(&info);
        } else {
            show_text(&info);
        }
    }
    ez_plugin_command_close(&plugin);
    return status;
}

const ez_command ez_command_plugin_info = {"plugin info", help, run, NULL};
