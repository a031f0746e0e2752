/* SPDX-License-Identifier: MIT */
/* What can be seen of a plugin without running it. */
#include "check.h"
#include "elf.h"
#include "subject.h"
#include "verdict.h"

#include <string.h>

static void
check_file(void)
{
    ez_subject_describe();
}

static void
read_linkage(ez_linkage *linkage)
{
    ez_subject_describe();
    if (!ez_linkage_read(linkage, ez_the_subject.path)) {
        ez_verdict_fail("it has no table of symbols that can be read, and so exports nothing");
    }
}

static void
check_note(void)
{
    const ez_plugin_file *file;

    ez_subject_describe();
    file = ez_the_subject.file;
    if (file->plain) {
        ez_verdict_skip("it has the plain form, which needs no note");
    }
    if (file->id == NULL || strchr(file->id, '.') == NULL) {
        ez_verdict_fail("its id '%s' is no reverse domain name", file->id == NULL ? "" : file->id);
    }
    if (file->version == NULL || file->version[0] == '\0') {
        ez_verdict_fail("it has no version");
    }
    if (ez_the_subject.part->summary == NULL || ez_the_subject.part->summary[0] == '\0') {
        ez_verdict_fail("it has no summary");
    }
}

/* What compilers add, and what C++ cannot hide, is nobody's fault. */
static bool
is_ours(const char *symbol)
{
    return g_str_has_prefix(symbol, "execz_") || g_str_has_prefix(symbol, "__") ||
           g_str_has_prefix(symbol, "_Z") || strcmp(symbol, "_init") == 0 ||
           strcmp(symbol, "_fini") == 0 || strcmp(symbol, "_end") == 0 ||
           strcmp(symbol, "_edata") == 0;
}

static void
check_exports(void)
{
    ez_linkage linkage;
    GString *strays = g_string_new(NULL);

    read_linkage(&linkage);
    for (guint i = 0; i < linkage.exported->len; i++) {
        const char *symbol = linkage.exported->pdata[i];

        if (!is_ours(symbol)) {
            g_string_append_printf(strays, "%s%s", strays->len == 0 ? "" : ", ", symbol);
        }
    }
    if (strays->len > 0) {
        ez_verdict_fail("it also exports %s", strays->str);
    }
    g_string_free(strays, TRUE);
    ez_linkage_clear(&linkage);
}

static void
check_libraries(void)
{
    ez_linkage linkage;

    read_linkage(&linkage);
    for (guint i = 0; i < linkage.needed->len; i++) {
        const char *library = linkage.needed->pdata[i];

        if (g_str_has_prefix(library, "libexecz")) {
            ez_verdict_fail("it is linked to %s", library);
        }
        if (strchr(library, '/') != NULL) {
            ez_verdict_fail("it asks for the library %s by its path", library);
        }
    }
    ez_linkage_clear(&linkage);
}

static void
check_run_path(void)
{
    ez_linkage linkage;
    g_auto(GStrv) parts = NULL;

    read_linkage(&linkage);
    parts = g_strsplit(linkage.run_path == NULL ? "/" : linkage.run_path, ":", -1);
    for (char **part = parts; *part != NULL; part++) {
        if ((*part)[0] != '/') {
            ez_verdict_fail("its search path for libraries has the entry '%s', which is %s", *part,
                            strstr(*part, "ORIGIN") != NULL
                                ? "the directory of a private copy, from which execz loads it"
                                : "relative to wherever execz was started");
        }
    }
    ez_linkage_clear(&linkage);
}

static void
check_stack(void)
{
    ez_linkage linkage;

    read_linkage(&linkage);
    if (linkage.stack_can_run) {
        ez_verdict_fail("loading it makes the stacks of the whole process executable");
    }
    ez_linkage_clear(&linkage);
}

static void
check_text(void)
{
    ez_linkage linkage;

    read_linkage(&linkage);
    if (linkage.relocates_text) {
        ez_verdict_fail("its code is changed when it is loaded (DT_TEXTREL)");
    }
    ez_linkage_clear(&linkage);
}

static void
check_tls(void)
{
    ez_linkage linkage;

    read_linkage(&linkage);
    if (linkage.static_tls) {
        ez_verdict_fail(
            "it uses static thread-local storage (DF_STATIC_TLS), of which a process has "
            "little, so that it cannot be loaded beside many others");
    }
    ez_linkage_clear(&linkage);
}

static void
check_hardened(void)
{
    ez_linkage linkage;

    read_linkage(&linkage);
    if (!linkage.has_relro || !linkage.binds_now) {
        ez_verdict_fail("it was linked without %s", linkage.has_relro ? "-z now" : "-z relro");
    }
    ez_linkage_clear(&linkage);
}

#define PLAIN_C "A plugin is a shared object that execz finds by alias in a plugin directory"
#define LINKS_NOTHING                                                                              \
    "A table instead of linked symbols, so that a plugin links to nothing of execz and one file "  \
    "works with every later 1.x"

static const ez_check checks[] = {
    {"static.file", NULL, "its first paragraph", PLAIN_C, "do what the message says", check_file,
     false},
    {"static.note", "static.file", "execz_plugin",
     "a note in the file, so that listing plugins runs none of their code",
     "EXECZ_EXECUTOR_PLUGIN() of sdk.h, or EXECZ_NOTE() with id, version and summary", check_note,
     false},
    {"static.exports", "static.file", "execz_plugin_entry", "The one symbol the loader looks up.",
     "compile with -fvisibility=hidden, or say static: what you export may be taken for another "
     "library's",
     check_exports, false},
    {"static.libraries", "static.file", "its rationale", LINKS_NOTHING,
     "link to no libexecz, and to other libraries by their soname", check_libraries, false},
    {"static.run-path", "static.file", "its rationale", LINKS_NOTHING,
     "link without -rpath, or with absolute directories that only root may write to",
     check_run_path, false},
    {"static.stack", "static.file", "its first paragraph", PLAIN_C,
     "link with -z noexecstack; a file of assembler needs .section .note.GNU-stack", check_stack,
     false},
    {"static.text", "static.file", "its first paragraph", PLAIN_C, "compile with -fPIC", check_text,
     false},
    {"static.tls", "static.file", "its first paragraph", PLAIN_C,
     "compile without -ftls-model=initial-exec", check_tls, true},
    {"static.hardened", "static.file", "its first paragraph", PLAIN_C,
     "link with -Wl,-z,relro,-z,now: then nothing can redirect its calls", check_hardened, true},
};

const ez_stage ez_stage_static = EZ_STAGE_OF_ANY(checks);
