/* SPDX-License-Identifier: MIT */
#include "plugin.h"
#include "table.h"
#include "text.h"

#include <stdio.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin explain [CODE] [--json]\n"
    "\n"
    "Says what the code of a refusal means, why it is so and what to do about it; without\n"
    "CODE it lists them all.\n"
    "\n"
    "  --json               as an object, or as an array of all\n"
    "\n"
    "exit status: 0 ok, 5 there is no such code\n"
    "\n"
    "example: execz plugin explain P207\n";
/* clang-format on */

#define WIDTH 80

static execz_code_info
get(size_t index)
{
    execz_code_info info = {.size = sizeof info};

    execz_plugin_code_get(index, &info);
    return info;
}

static bool
find(const char *code, execz_code_info *out)
{
    for (size_t i = 0; i < execz_plugin_code_count(); i++) {
        *out = get(i);
        if (g_ascii_strcasecmp(out->code, code) == 0) {
            return true;
        }
    }
    return false;
}

static json_t *
json_of(const execz_code_info *info)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", info->code, "title", info->title, "cause",
                     info->cause, "remedy", info->remedy, "example", info->example);
}

static void
print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(value);
}

static int
list(bool json)
{
    static const char *const head[] = {"CODE", "WHAT IT IS"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));
    json_t *all = json_array();

    for (size_t i = 0; i < execz_plugin_code_count(); i++) {
        execz_code_info info = get(i);
        const char *row[] = {info.code, info.title};

        ez_table_add(table, row);
        json_array_append_new(all, json_of(&info));
    }
    if (json) {
        print_json(all);
        return EZ_EXIT_OK;
    }
    json_decref(all);
    ez_table_print(table, stdout, 0);
    return EZ_EXIT_OK;
}

static void
print_part(const char *title, const char *text)
{
    g_autofree char *lines = ez_text_wrap(text, WIDTH, 2);

    printf("\n%s\n%s\n", title, lines);
}

static int
show(const char *code, bool json)
{
    execz_code_info info;

    if (!find(code, &info)) {
        fprintf(stderr,
                "execz: there is no code '%s' of plugins; execz plugin explain lists them\n", code);
        return EZ_EXIT_NOT_FOUND;
    }
    if (json) {
        print_json(json_of(&info));
        return EZ_EXIT_OK;
    }
    printf("%s  %s\n", info.code, info.title);
    print_part("Why", info.cause);
    print_part("What to do", info.remedy);
    printf("\nExample\n  %s\n", info.example);
    return EZ_EXIT_OK;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    bool json = false;
    const ez_arg options[] = {{"json", 0, EZ_ARG_FLAG, &json}, {NULL}};
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len > 1) {
        return ez_usage_error(self, "what is '%s'?", (char *)arguments->pdata[1]);
    }
    return arguments->len == 0 ? list(json) : show(arguments->pdata[0], json);
}

const ez_command ez_command_plugin_explain = {"plugin explain", help, run, NULL};
