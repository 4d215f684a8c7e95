// Tags, attributes and children → elements. Whatever is a text becomes a text, and never markup.

export function byId(id) {
  return document.getElementById(id);
}

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

// A long name may be broken after what stands between its words, so that a phone breaks no word.
export function breakable(name) {
  return name.split(/(?<=[_.@/-])/).flatMap((part, at) => (at === 0 ? [part] : [el("wbr"), part]));
}

export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}
