"""The graph of folders: which folder includes which."""

import os
import re

BEGIN = "<!-- folders: begin -->"
END = "<!-- folders: end -->"


def folder_edges(paths, includes):
    """The other folders that each folder includes, both sorted.

    `includes` has a path and the header that it names, as written: relative to
    the root of the repository or to the path's folder.
    """
    known = set(paths)
    edges = {os.path.dirname(x): set() for x in sorted(paths)}
    for path, header in includes:
        folder = os.path.dirname(path)
        if header not in known:
            header = os.path.normpath(os.path.join(folder, header))
        if header in known and os.path.dirname(header) != folder:
            edges[folder].add(os.path.dirname(header))
    return {folder: sorted(others) for folder, others in edges.items()}


def _reachable(edges, folder):
    """All folders that this one includes, directly or not."""
    out = set()
    waiting = list(edges[folder])
    while waiting:
        other = waiting.pop()
        if other not in out:
            out.add(other)
            waiting += edges[other]
    return out


def _shortest_path(edges, begin, end):
    paths = [[begin]]
    for path in paths:
        for other in edges[path[-1]]:
            if other == end:
                return path + [other]
            if other not in path:
                paths.append(path + [other])
    return None


def find_cycles(edges):
    """One cycle for each group of folders that include each other."""
    reach = {folder: _reachable(edges, folder) for folder in edges}
    done = set()
    out = []
    for folder in sorted(edges):
        if folder in reach[folder] and folder not in done:
            out.append(_shortest_path(edges, folder, folder))
            done |= {x for x in reach[folder] if folder in reach[x]}
    return out


def _direct(edges, reach, folder):
    """The includes that no other include of the folder implies."""
    return [x for x in edges[folder]
            if not any(x in reach[y] for y in edges[folder] if y != x)]


def draw(edges, tops):
    """The picture as a Mermaid flowchart, without includes that others imply.

    Each top-level folder is a box.
    """
    reach = {folder: _reachable(edges, folder) for folder in edges}
    shown = [x for x in sorted(edges) if x.split("/")[0] in tops]
    lines = ["```mermaid", "flowchart TD"]
    for top in tops:
        lines.append(f"  subgraph box_{top}[{top}]")
        for folder in shown:
            if folder.split("/")[0] == top:
                name = folder.removeprefix(top + "/")
                lines.append(f"    {_id(folder)}[{name}]")
        lines.append("  end")
    for folder in shown:
        for other in _direct(edges, reach, folder):
            lines.append(f"  {_id(folder)} --> {_id(other)}")
    return "\n".join(lines + ["```"])


def _id(folder):
    return folder.replace("/", "_")


def replace_picture(document, picture):
    """The document with this picture, or None if it has no place for one."""
    pattern = re.escape(BEGIN) + r".*?" + re.escape(END)
    if len(re.findall(pattern, document, re.DOTALL)) != 1:
        return None
    text = f"{BEGIN}\n{picture}\n{END}"
    return re.sub(pattern, lambda _: text, document, flags=re.DOTALL)
