/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "new_template.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin new NAME [--kind executor] [--lang c|c++]\n"
    "\n"
    "Makes a directory NAME with an executor of that alias, complete and working: its\n"
    "source, what builds it with make or CMake, a test that checks it against the contract\n"
    "of plugins, a configuration to try it with, and a README.  Nothing is overwritten.\n"
    "\n"
    "  --kind executor      what it is to be; there is no other kind yet\n"
    "  --lang c|c++         what it is written in; c\n"
    "\n"
    "exit status: 0 it is there, 1 it could not be made, 2 the name cannot be one\n"
    "\n"
    "example: execz plugin new mine && cd mine && make && make check\n";
/* clang-format on */

enum { NAME_MAX_LENGTH = 40 };

typedef struct language {
    const char *name;
    const char *suffix;      /* of the source */
    const char *words[5][2]; /* what stands for what in the templates */
} language;

static const language languages[] = {
    {"c",
     "c",
     {{"@CC@", "CC"},
      {"@FLAGS@", "CFLAGS"},
      {"@std@", "c17"},
      {"@LANGUAGE@", "C"},
      {"@number@", "17"}}},
    {"c++",
     "cc",
     {{"@CC@", "CXX"},
      {"@FLAGS@", "CXXFLAGS"},
      {"@std@", "c++17"},
      {"@LANGUAGE@", "CXX"},
      {"@number@", "17"}}},
};

/* ---- the command line ------------------------------------------------------------------------- */

static const language *
find_language(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        if (g_ascii_strcasecmp(languages[i].name, name) == 0) {
            return &languages[i];
        }
    }
    return NULL;
}

/* Why text cannot be the name of an executor, a file and a target; NULL if it can. */
static const char *
find_fault(const char *text)
{
    static const char *const targets[] = {"all",      "build",      "check",         "clean",
                                          "contract", "edit_cache", "help",          "install",
                                          "package",  "preinstall", "rebuild_cache", "test",
                                          "try",      NULL};
    static const char *const shipped[] = {"asyncio",     "debug",  "default",    "http", "pool",
                                          "processpool", "sqlite", "threadpool", NULL};
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    if (text[0] == '\0' || text[length] != '\0' || !g_ascii_islower(text[0])) {
        return "it has to begin with a small letter, and to have only small letters, digits, '_' "
               "and "
               "'-' after it";
    }
    if (length > NAME_MAX_LENGTH) {
        return "it is longer than 40 characters";
    }
    if (g_strv_contains(shipped, text)) {
        return "it is the alias of a plugin that comes with execz";
    }
    if (g_strv_contains(targets, text)) {
        return "make or CMake has a target of that name";
    }
    return NULL;
}

/* ---- making ----------------------------------------------------------------------------------- */

/* The text with all that stands for something else replaced.  Caller frees. */
static char *
fill(const char *text, const char *name, const language *in)
{
    GString *filled = g_string_new(text);
    g_autofree char *source = g_strdup_printf("%s.%s", name, in->suffix);

    g_string_replace(filled, "@name@", name, 0);
    g_string_replace(filled, "@source@", source, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(in->words); i++) {
        g_string_replace(filled, in->words[i][0], in->words[i][1], 0);
    }
    return g_string_free(filled, FALSE);
}

static bool
write_file(const ez_new_template *template, const char *name, const language *in)
{
    g_autofree char *text = fill(template->text, name, in);
    g_autofree char *file = fill(template->file, name, in);
    g_autofree char *path = g_build_filename(name, file, NULL);
    g_autoptr(GError) error = NULL;

    if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error)) {
        fprintf(stderr, "execz: %s\n", error->message);
        return false;
    }
    return true;
}

static int
make(const char *name, const language *in)
{
    if (mkdir(name, 0755) != 0) {
        fprintf(stderr, "execz: cannot make the directory '%s': %s%s\n", name, g_strerror(errno),
                errno == EEXIST ? "; take another name, or remove what is there" : "");
        return EZ_EXIT_FAILED;
    }
    for (const ez_new_template *template = ez_new_templates; template->file != NULL; template ++) {
        bool wanted = template->language == NULL || strcmp(template->language, in->name) == 0;

        if (wanted && !write_file(template, name, in)) {
            return EZ_EXIT_FAILED;
        }
    }
    printf("%s: an executor in %s, which gives each run a thread; now\n\n"
           "    cd %s\n    make\n    execz plugin check %s.so\n    execz start -c try.conf "
           "--until-idle\n",
           name, in->name, name, name);
    return EZ_EXIT_OK;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    const char *kind = "executor", *lang = "c", *fault;
    const ez_arg options[] = {
        {"kind", 0, EZ_ARG_TEXT, &kind}, {"lang", 0, EZ_ARG_TEXT, &lang}, {NULL}};
    const language *in;
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len != 1) {
        return ez_usage_error(self, arguments->len == 0 ? "which name is it to have?"
                                                        : "one plugin at a time");
    }
    if (strcmp(kind, "executor") != 0) {
        return ez_usage_error(self, "there is no kind '%s' of plugins, only executor", kind);
    }
    in = find_language(lang);
    if (in == NULL) {
        return ez_usage_error(self, "--lang: '%s' is not c or c++", lang);
    }
    fault = find_fault(arguments->pdata[0]);
    if (fault != NULL) {
        return ez_usage_error(self, "'%s' cannot be its name: %s", (char *)arguments->pdata[0],
                              fault);
    }
    return make(arguments->pdata[0], in);
}

const ez_command ez_command_plugin_new = {"plugin new", help, run, NULL};
