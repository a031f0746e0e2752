/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <execz/sdk.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin list [--all] [--json] [--plugin-path DIR]... [--socket PATH]\n"
    "       execz plugin info ALIAS|FILE [--json] [--plugin-path DIR]...\n"
    "       execz plugin which ALIAS [--plugin-path DIR]...\n"
    "       execz plugin check FILE|ALIAS [OPTION...]\n"
    "       execz plugin new NAME [--lang c|c++]\n"
    "       execz plugin explain [CODE] [--json]\n"
    "       execz plugin lock -c FILE [--dry-run]\n"
    "\n"
    "Shows the plugins that execz finds.  No code of a plugin is run for that.  Only check\n"
    "runs a plugin, to see whether it keeps its contract.\n"
    "\n"
    "example: execz plugin info threadpool\n";
/* clang-format on */

static const char *const kind_prefix = "execz.";

/* ---- the command line ----------------------------------------------------------------------- */

static bool
read_command_line(ez_plugin_command *self, const ez_command *command, int argc, char **argv,
                  int *exit_out)
{
    g_autoptr(GPtrArray) given = g_ptr_array_new();
    const ez_arg options[] = {{"json", 0, EZ_ARG_FLAG, &self->json},
                              {"plugin-path", 0, EZ_ARG_TEXTS, given},
                              {"all", 0, EZ_ARG_FLAG, &self->all},
                              {"socket", 0, EZ_ARG_TEXT, &self->socket},
                              {NULL}};

    if (!ez_args_read(command, options, argc, argv, self->arguments, exit_out)) {
        return false;
    }
    for (guint i = 0; i < given->len; i++) {
        g_ptr_array_add(self->plugin_path, g_canonicalize_filename(given->pdata[i], NULL));
    }
    g_ptr_array_add(self->plugin_path, NULL);
    return true;
}

static bool
check_arguments(const ez_plugin_command *self, const ez_command *command, int *exit_out)
{
    guint wanted = strcmp(command->name, "plugin list") == 0 ? 0 : 1;

    if (self->arguments->len < wanted) {
        *exit_out = ez_usage_error(command, "which plugin?");
    } else if (self->arguments->len > wanted) {
        *exit_out =
            ez_usage_error(command, "what is '%s'?", (char *)self->arguments->pdata[wanted]);
    } else if (self->all && wanted > 0) {
        *exit_out = ez_usage_error(command, "--all is for plugin list");
    } else if (self->socket != NULL && wanted > 0) {
        *exit_out = ez_usage_error(command, "--socket is for plugin list");
    } else {
        return true;
    }
    return false;
}

bool
ez_plugin_command_open(ez_plugin_command *self, const ez_command *command, int argc, char **argv,
                       int *exit_out)
{
    *self = (ez_plugin_command){false};
    self->plugin_path = g_ptr_array_new_with_free_func(g_free);
    self->arguments = g_ptr_array_new();
    if (!read_command_line(self, command, argc, argv, exit_out) ||
        !check_arguments(self, command, exit_out)) {
        ez_plugin_command_close(self);
        return false;
    }
    self->catalog = execz_catalog_new((const char *const *)self->plugin_path->pdata);
    return true;
}

void
ez_plugin_command_close(ez_plugin_command *self)
{
    if (self->catalog != NULL) {
        execz_catalog_free(self->catalog);
    }
    g_ptr_array_unref(self->arguments);
    g_ptr_array_unref(self->plugin_path);
}

/* ---- finding -------------------------------------------------------------------------------- */

execz_plugin_info
ez_plugin_command_get(const ez_plugin_command *self, size_t index)
{
    execz_plugin_info info = {.size = sizeof info};

    execz_catalog_get(self->catalog, index, &info);
    return info;
}

static int
explain(const ez_plugin_command *self, const char *name, bool is_file, const execz_error *err)
{
    bool is_unknown = err->status == EXECZ_E_NOT_FOUND && !is_file;
    g_autofree char *unknown = g_strdup_printf("no plugin has the alias '%s'", name);

    /* The message of an unknown alias is a short form of the trace. */
    fprintf(stderr, "execz: %s%s%s%s\n", is_unknown ? unknown : err->message,
            err->code[0] == '\0' ? "" : " [", err->code, err->code[0] == '\0' ? "" : "]");
    if (!is_file) {
        char *trace = execz_catalog_trace(self->catalog, name);

        fprintf(stderr, "%s\n", trace);
        free(trace);
    }
    return err->status == EXECZ_E_NOT_FOUND ? EZ_EXIT_NOT_FOUND : EZ_EXIT_FAILED;
}

int
ez_plugin_command_find(ez_plugin_command *self, size_t *index_out)
{
    const char *name = self->arguments->pdata[0];
    bool is_file = strchr(name, '/') != NULL || g_str_has_suffix(name, ".so");
    g_autofree char *path = is_file ? g_canonicalize_filename(name, NULL) : g_strdup(name);
    execz_error err = EXECZ_ERROR_INIT;

    return execz_catalog_find(self->catalog, path, index_out, &err) == EXECZ_OK
               ? EZ_EXIT_OK
               : explain(self, name, is_file, &err);
}

/* ---- words and JSON ------------------------------------------------------------------------- */

char *
ez_plugin_kind(const char *kind)
{
    if (kind == NULL || !g_str_has_prefix(kind, kind_prefix) || strchr(kind, '/') == NULL) {
        return g_strdup(kind);
    }
    kind += strlen(kind_prefix);
    return g_strndup(kind, strcspn(kind, "/"));
}

const char **
ez_plugin_caps(uint32_t caps)
{
    static const struct {
        uint32_t cap;
        const char *word;
    } words[] = {
        {EXECZ_CAP_FUNCTION, "functions"},    {EXECZ_CAP_COROUTINE, "coroutines"},
        {EXECZ_CAP_COMMAND, "commands"},      {EXECZ_CAP_PAYLOAD, "payloads"},
        {EXECZ_CAP_CANCEL, "cancel"},         {EXECZ_CAP_PARALLEL, "parallel"},
        {EXECZ_CAP_ISOLATABLE, "isolatable"}, {EXECZ_CAP_RECOVER, "recover"},
        {EXECZ_CAP_OWN_LIMIT, "own_limit"},   {EXECZ_CAP_EXECUTES, "executes"},
    };
    const char **found = g_new0(const char *, G_N_ELEMENTS(words) + 1);
    size_t n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if ((caps & words[i].cap) != 0) {
            found[n++] = words[i].word;
        }
    }
    return found;
}

static void
set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        json_object_set_new(object, key, json_string(valid));
    }
}

static void
set_abi(json_t *object, const char *key, uint32_t abi)
{
    if (abi != 0) {
        g_autofree char *text =
            g_strdup_printf("%u.%u", EXECZ_ABI_MAJOR(abi), EXECZ_ABI_MINOR(abi));

        json_object_set_new(object, key, json_string(text));
    }
}

json_t *
ez_plugin_json(const execz_plugin_info *info)
{
    json_t *object = json_object();
    json_t *caps = json_array();
    json_t *aliases = json_array();
    g_auto(GStrv) names = g_strsplit(info->alias == NULL ? "" : info->alias, " ", -1);
    g_autofree const char **words = ez_plugin_caps(info->caps);

    for (size_t i = 0; names[i] != NULL; i++) {
        json_array_append_new(aliases, json_string(names[i]));
    }
    for (size_t i = 0; words[i] != NULL; i++) {
        json_array_append_new(caps, json_string(words[i]));
    }
    set_text(object, "alias", names[0]);
    json_object_set_new(object, "aliases", aliases);
    set_text(object, "id", info->id);
    set_text(object, "version", info->version);
    set_text(object, "kind", info->kind);
    set_text(object, "summary", info->summary);
    set_text(object, "path", info->path);
    set_text(object, "origin", info->origin);
    set_text(object, "sha256", info->sha256);
    set_abi(object, "abi", info->abi);
    set_abi(object, "needs_abi", info->needs_abi);
    json_object_set_new(object, "takes", caps);
    set_text(object, "shadowed_by", info->shadowed_by);
    set_text(object, "refusal_code", info->refusal_code);
    set_text(object, "refusal", info->refusal);
    return object;
}

static const ez_command *const parts[] = {&ez_command_plugin_list,  &ez_command_plugin_info,
                                          &ez_command_plugin_which, &ez_command_plugin_check,
                                          &ez_command_plugin_new,   &ez_command_plugin_explain,
                                          &ez_command_plugin_lock,  NULL};

const ez_command ez_command_plugin = {"plugin", help, ez_command_choose, parts};
