/* SPDX-License-Identifier: MIT */
/* The texts behind the codes: why it is so, what to do, and a command or line that does or shows it. */
#include <execz/catalog.h>

#include "plugin/codes.h"

#include <glib.h>

#include <string.h>

typedef struct explanation {
    const char *cause;
    const char *remedy;
    const char *example;
} explanation;

static const explanation explanations[EZ_N_PLUGIN_CODES] = {
    [EZ_P_UNKNOWN_ALIAS] =
        {"The configuration asks for an executor by an alias, and no plugin in any of the "
         "directories that are searched has it.",
         "Correct the alias; the message names the nearest one. If the plugin is in another "
         "directory, add that to plugin_path, or name the file with plugin = /path/to/file.so.",
         "execz plugin list --all"},
    [EZ_P_NO_FILE] = {"There is no file at this path, or a directory on the way to it is missing.",
                      "Correct the path, or build and install the plugin.",
                      "plugin = /usr/local/lib/execz/plugins-1/http.so"},
    [EZ_P_NOT_ABSOLUTE] =
        {"What a relative path names depends on the directory in which execz happens to run.",
         "Write the path from the root on.", "plugin = /opt/plugins/http.so"},
    [EZ_P_AMBIGUOUS_ALIAS] = {"Two files in one directory say that they have this alias, and "
                              "nothing tells which of them is meant.",
                              "Remove one of them, or build one with another alias. Of two "
                              "directories the first one that is searched wins.",
                              "execz plugin which http"},
    [EZ_P_UNREADABLE] =
        {"The system does not let execz read the file or a directory on the way to it, or links "
         "lead in a circle.",
         "Look at the reason in the message, and at the owner and the mode of what it names.",
         "namei -l /opt/plugins/http.so"},
    [EZ_P_NOT_PLAIN] = {"The path has '..' in it or is too long, so that a log would not show "
                        "which file it means.",
                        "Write the path that the message shows.",
                        "plugin = /opt/plugins/http.so, not /opt/app/../plugins/http.so"},
    [EZ_P_NO_EXECUTOR] = {"The file is a plugin, but nothing in it is an executor of this name.",
                          "Look at what it provides, and correct the alias or the path.",
                          "execz plugin info /opt/plugins/http.so"},
    [EZ_P_UNKNOWN_OPTION] =
        {"The section of an executor or a task sets an option that its plugin does not declare.",
         "Correct the name; the message shows the nearest one and all there are.",
         "execz plugin info threadpool"},
    [EZ_P_DUPLICATE_OPTION] = {"One option is set twice, so one of the values would be lost.",
                               "Keep one of the two lines.", "execz check /etc/execz/execz.conf"},
    [EZ_P_OPTION_TYPE] =
        {"The plugin declares a type for this option, and the value is none of it.",
         "Write a value of the type in the message: a whole number, a duration such as 5s, a size "
         "such as 64K, yes or no, or one of the words.",
         "max_workers = 10"},
    [EZ_P_OPTION_RANGE] = {"The value is of the right type but outside of what the plugin allows.",
                           "Choose a value within the range in the message.",
                           "execz plugin info threadpool"},
    [EZ_P_OPTION_MISSING] =
        {"The plugin cannot work without this option, and has no default for it.",
         "Set it in the executor's section, or in the task's as option.NAME.",
         "address = tcp://cluster:7000"},
    [EZ_P_WRITABLE] = {"Everybody on this machine can write to the file, so everybody can choose "
                       "what execz runs.",
                       "Take the right away; if you do not know who has written to it, build or "
                       "install it again.",
                       "chmod o-w /opt/plugins/http.so"},
    [EZ_P_WRONG_OWNER] =
        {"The file, or a symbolic link on the way to it, belongs to somebody who is neither root "
         "nor the user who runs execz; an owner can change a file at any time.",
         "Install it as root or as the user who runs execz, or give it to one of them.",
         "chown root /opt/plugins/http.so"},
    [EZ_P_CHANGED] = {"The file was not the same any more when it was loaded, or became shorter "
                      "while it was read: somebody was copying to it.",
                      "Try again when the copy is complete. Copy to another name and rename it, "
                      "then nobody ever sees half a file.",
                      "cp http.so /opt/plugins/.http.so.new && mv /opt/plugins/.http.so.new "
                      "/opt/plugins/http.so"},
    [EZ_P_NOT_REGULAR] = {"What has this name is a directory, a pipe, a socket or a device.",
                          "Put a file there, or correct the path.", "ls -l /opt/plugins"},
    [EZ_P_TOO_LARGE] = {"The file is larger than 64 MiB, which execz would have to hold in memory.",
                        "Strip it of its debug information.", "strip /opt/plugins/http.so"},
    [EZ_P_GROUP_WRITABLE] =
        {"A group other than root's may write to the file, so each of its members can choose what "
         "execz runs. With the umask 002 everything you build is so.",
         "Take the right away, and build with umask 022.", "chmod g-w /opt/plugins/http.so"},
    [EZ_P_DIRECTORY_WRITABLE] =
        {"Others may write to a directory on the way to the file, so they can put another file or "
         "directory in its place. A sticky directory such as /tmp may be on the way, but cannot be "
         "the one where plugins are.",
         "Take the right away from the directory in the message, or move the plugins.",
         "chmod g-w,o-w /opt/plugins"},
    [EZ_P_DIRECTORY_OWNER] =
        {"A directory on the way to the file belongs to somebody who is neither root nor the user "
         "who runs execz, and its owner can exchange what is in it.",
         "Give the directory to root or to the user who runs execz, or move the plugins.",
         "chown root /opt/plugins"},
    [EZ_P_SYMBOLIC_LINK] = {"The file is a symbolic link. What is loaded would be chosen by "
                            "whoever can write where it points.",
                            "Put the file itself there, or name the place where it is. Directories "
                            "may be reached through links.",
                            "cp --remove-destination \"$(readlink -f http.so)\" http.so"},
    [EZ_P_HARD_LINK] = {"The file has other names as well, and by any of them it can be changed "
                        "where execz does not look.",
                        "Make it a file of its own.",
                        "cp http.so http.so.new && mv http.so.new http.so"},
    [EZ_P_ACCESS_LIST] = {"The mode looks right, but an access control list gives somebody else "
                          "the right to write to the file or to a directory on the way to it.",
                          "Remove the list, or that entry of it.",
                          "getfacl /opt/plugins; setfacl -b /opt/plugins"},
    [EZ_P_UNCLAIMED] = {"A directory on the way does not exist, and as it would be in one where "
                        "everybody can make directories, anybody could make it.",
                        "Make the directory, or name one elsewhere.", "mkdir -m 755 /tmp/plugins"},
    [EZ_P_LOCK_MISSING] = {"The configuration says require_lock = yes, and plugins.lock does not "
                           "have this alias, so nobody has said which file is meant by it.",
                           "Look whether the file is the one you want, and write the lock anew.",
                           "execz plugin lock -c /etc/execz/execz.conf"},
    [EZ_P_LOCK_DIFFERS] =
        {"The bytes of the file are not those that it had when plugins.lock was written: it was "
         "upgraded, built again, or exchanged.",
         "If you have upgraded it, write the lock anew; else find out who has changed the file.",
         "execz plugin lock -c /etc/execz/execz.conf --dry-run"},
    [EZ_P_LOCK_FILE] = {"The lock file is missing although require_lock = yes, or others may write "
                        "to it, or a line in it is none. Until it is sound no plugin is loaded.",
                        "Mend what the message names, or write the lock anew.",
                        "execz plugin lock -c /etc/execz/execz.conf"},
    [EZ_P_NOT_ELF] =
        {"The file has the name of a plugin, but is no ELF file.",
         "Only shared objects belong into a plugin directory; move the rest elsewhere.",
         "file /opt/plugins/http.so"},
    [EZ_P_WRONG_MACHINE] = {"The file is built for another kind of processor.",
                            "Build it on this machine, or with a compiler for it.",
                            "file /opt/plugins/http.so"},
    [EZ_P_MALFORMED] = {"A part of the file is not where its headers say, mostly because it was "
                        "copied only in part.",
                        "Copy or build it again.", "cmp build/http.so /opt/plugins/http.so"},
    [EZ_P_NO_NOTE] =
        {"The file is a shared object, but nothing in it says that it is an execz plugin.",
         "If it is one, write EXECZ_NOTE(), which EXECZ_EXECUTOR_PLUGIN() does, or export "
         "execz_abi and the three functions of an executor. Else it belongs elsewhere.",
         "readelf -n /opt/plugins/http.so"},
    [EZ_P_NO_ENTRY] =
        {"The file has a note, but does not define and export the function that execz calls. A "
         "function of that name in a library it is linked with does not count.",
         "Define execz_plugin_entry() and export it with EXECZ_EXPORT.",
         "nm -D /opt/plugins/http.so | grep execz_"},
    [EZ_P_BAD_MANIFEST] = {"The note in the file is not lines of KEY=VALUE, or lacks one, or one "
                           "has a value that cannot be.",
                           "Correct EXECZ_NOTE() as the message says, and build it again.",
                           "alias=http"},
    [EZ_P_WRONG_CLASS] = {"The file is a 32-bit one, and a process has code of one kind only.",
                          "Build it without -m32.", "file /opt/plugins/http.so"},
    [EZ_P_WRONG_ORDER] = {"The file is built for a machine of another byte order.",
                          "Build it for this machine.", "file /opt/plugins/http.so"},
    [EZ_P_NOT_SHARED] = {"The file is an object file, a program or a core dump.",
                         "Link it with -shared.", "cc -shared -fPIC -o http.so http.c"},
    [EZ_P_UNDEFINED_SYMBOL] =
        {"The plugin uses a function or variable that neither it nor a library it is linked with "
         "defines.",
         "Link it with the library that has it, which the message names if it can; -Wl,-z,defs has "
         "the linker find this out when the plugin is built.",
         "cc -shared -fPIC -Wl,-z,defs -o http.so http.c -lcurl"},
    [EZ_P_MISSING_LIBRARY] = {"The plugin is linked with a library that is not installed where the "
                              "system's loader looks.",
                              "Install the library, or tell the loader where it is.",
                              "ldd /opt/plugins/http.so"},
    [EZ_P_STATIC_TLS] =
        {"The plugin, or a library it needs, wants its thread-local variables in a block of fixed "
         "size that is full.",
         "Build it with -fPIC and without -ftls-model=initial-exec, or give more room.",
         "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096 execz start"},
    [EZ_P_OLD_LIBRARY] =
        {"The plugin was built on a system with a newer library than this one has.",
         "Build it on this system, or on the oldest one it is to run on.",
         "objdump -T /opt/plugins/http.so | grep GLIBC_"},
    [EZ_P_LINK] = {"The system's loader refuses the file for a reason that has no code of its own; "
                   "the message quotes it.",
                   "Look at the reason.", "LD_DEBUG=all execz plugin check /opt/plugins/http.so"},
    [EZ_P_BAD_NOTE] =
        {"A note in the file says that it is longer than the file, or there are more than 256.",
         "Build it again.", "readelf -n /opt/plugins/http.so"},
    [EZ_P_TEXT_RELOCATIONS] = {"The code of the file is not position-independent, so it would have "
                               "to be changed, and therefore writable, while it is loaded.",
                               "Compile all of it with -fPIC, static libraries and assembly, too.",
                               "readelf -d /opt/plugins/http.so | grep TEXTREL"},
    [EZ_P_EXECUTABLE_STACK] =
        {"Loading the file would make the stacks of all threads executable, which turns any "
         "overflow into an attack. Mostly an assembly file lacks its .note.GNU-stack.",
         "Link it with -Wl,-z,noexecstack.", "readelf -lW /opt/plugins/http.so | grep GNU_STACK"},
    [EZ_P_RUN_PATH] = {"The file names directories where its libraries are looked for, and one of "
                       "them depends on where execz runs, or can be changed by others. $ORIGIN "
                       "means nothing to a plugin, as it is loaded from a private copy.",
                       "Link it with absolute paths of trusted directories, or without any.",
                       "patchelf --remove-rpath /opt/plugins/http.so"},
    [EZ_P_LIBRARY] = {"The plugin brings a library that is not as trustworthy as itself: the "
                      "message says what is wrong with that.",
                      "Mend the library as the message says.",
                      "readelf -d /opt/plugins/http.so | grep -E 'NEEDED|RUNPATH'"},
    [EZ_P_GENERATIONS] =
        {"Code that was loaded is never unmapped, since something may still point to it; each "
         "version "
         "that a file has had keeps its memory and one descriptor. So their number has a limit.",
         "Start the scheduler again; or give the executor isolation = process, which loads them in "
         "processes of their own.",
         "systemctl restart execz"},
    [EZ_P_ABI_MAJOR] = {"The plugin was built for another major version of the plugin ABI, which "
                        "does not promise anything about this one.",
                        "Build it against the headers of this execz, or use an execz that speaks "
                        "that version; the message names both.",
                        "pkg-config --modversion execz"},
    [EZ_P_ABI_MINOR] =
        {"The plugin says that it cannot do without something that only a later execz has.",
         "Upgrade execz, or build the plugin with a lower needs_abi.", "execz version"},
    [EZ_P_BAD_DESCRIPTOR] =
        {"What execz_plugin_entry() returns does not start with the magic number, or one of its "
         "structs is shorter than in the first version.",
         "Fill .magic and .size, or use the macros of sdk.h, and build it again.",
         ".magic = EXECZ_PLUGIN_MAGIC, .size = sizeof(execz_plugin)"},
    [EZ_P_NOTE_DISAGREES] = {"The note in the file and the descriptor in its code say different "
                             "things, so what execz plugin info shows would not be what runs.",
                             "Write both from the same macros and build it again.",
                             "EXECZ_EXECUTOR_PLUGIN(...)"},
    [EZ_P_DECLINED] = {"The plugin's own code says that it cannot work with this execz.",
                       "Ask its author which execz it is for.",
                       "execz plugin info /opt/plugins/http.so"},
    [EZ_P_UNKNOWN_KIND] = {"The plugin is of a kind that this execz has no use for.",
                           "Upgrade execz, or use the plugin for what it is.",
                           "execz plugin info /opt/plugins/http.so"},
    [EZ_P_START] =
        {"The plugin was loaded, but its start() failed; the message has its own reason.",
         "Do what the reason says; mostly an option or the other end of a connection is wrong.",
         "execz start -c execz.conf --log-level debug"},
    [EZ_P_CRASHED] =
        {"With isolation = process the plugin runs in a process of its own, which died, or hung in "
         "a "
         "call, more often than isolation_crashes allows within isolation_window. Its tasks are "
         "blocked.",
         "The log has the end of each. Mend the plugin, or the function that a task runs in it, "
         "and "
         "start execz again.",
         "isolation_crashes = 5"},
    [EZ_P_BAD_OPTIONS] =
        {"The table of options in the plugin has a wrong size, or an option in it has a type, "
         "default or range that cannot be.",
         "Declare each with EXECZ_OPTION() and build it again.",
         "EXECZ_OPTION(INT, 0, \"max_workers\", \"10\", \"1..1000\", \"How many at once\")"},
    [EZ_P_MISSING_FUNCTION] =
        {"The plugin's table lacks a function that every one of its kind must have.",
         "Fill start, shutdown, send_task and destroy, or use sdk.h.",
         ".start = start, .shutdown = shutdown, .send_task = send_task, .destroy = destroy"},
};

size_t
execz_plugin_code_count(void)
{
    return EZ_N_PLUGIN_CODES;
}

void
execz_plugin_code_get(size_t index, execz_code_info *info_out)
{
    const explanation *found = &explanations[index];
    execz_code_info info = {
        .size = MIN(info_out->size, (uint32_t)sizeof info),
        .code = ez_plugin_code_text((ez_plugin_code)index),
        .title = ez_plugin_code_title((ez_plugin_code)index),
        .cause = found->cause,
        .remedy = found->remedy,
        .example = found->example,
    };

    memcpy(info_out, &info, info.size);
}
