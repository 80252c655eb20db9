// What the pages do beyond being read: warn of their age, search, and keep the
// times of a crisis in this browser. They send nothing, and nothing is lost
// without this file but that.
'use strict';
(function () {
  var body = document.body;
  var say = function (key, value) {
    return (body.getAttribute('data-words-' + key) || '').replace('%s', value);
  };

  // A copy that has grown old must not be taken for the plan in force.
  var days = Math.floor((Date.now() - Date.parse(body.dataset.built)) / 86400000);
  var old = document.querySelector('.old');
  if (old && days > Number(body.dataset.stale)) {
    old.textContent = say('old', days);
    old.hidden = false;
  }

  // Search: every word must be found; aa, ae and oe are as good as å, æ and ø.
  var plain = function (text) {
    return text.toLowerCase().replace(/å/g, 'aa').replace(/æ/g, 'ae').replace(/ø/g, 'oe');
  };
  var finder = document.getElementById('finder');
  var find = document.getElementById('find');
  if (finder && find) {
    var rows = Array.prototype.slice.call(document.querySelectorAll('#order tbody tr'));
    var texts = rows.map(function (row) { return plain(row.dataset.words); });
    var search = function () {
      var words = plain(find.value).split(/\s+/).filter(Boolean);
      var found = 0;
      rows.forEach(function (row, i) {
        row.hidden = !words.every(function (word) { return texts[i].indexOf(word) >= 0; });
        found += row.hidden ? 0 : 1;
      });
      document.getElementById('found').textContent = words.length ? say('found', found) : '';
    };
    finder.hidden = false;
    find.addEventListener('input', search);
    var asked = /[#&]find=([^&]*)/.exec(location.hash);
    if (asked) {
      find.value = decodeURIComponent(asked[1]);
      search();
    }
  }

  // Times are kept under the bundle's id, so that those of an older copy stay
  // what they are. A browser that keeps nothing still shows them.
  var prefix = 'beredskab/' + body.dataset.bundle + '/';
  var memory = {};
  var kept = true;
  var store = function (key, value) {
    memory[key] = value;
    try {
      if (value) { localStorage.setItem(prefix + key, JSON.stringify(value)); } else { localStorage.removeItem(prefix + key); }
    } catch (error) { kept = false; }
  };
  var load = function () {
    try {
      for (var i = 0; i < localStorage.length; i++) {
        var key = localStorage.key(i);
        if (key.indexOf(prefix) === 0) {
          memory[key.slice(prefix.length)] = JSON.parse(localStorage.getItem(key));
        }
      }
    } catch (error) { kept = false; }
  };
  load();

  // now is the local time with its distance from UTC, to the second.
  var now = function () {
    var at = new Date();
    var two = function (n) { return (n < 10 ? '0' : '') + n; };
    var away = -at.getTimezoneOffset();
    var sign = away < 0 ? '-' : '+';
    away = Math.abs(away);
    return at.getFullYear() + '-' + two(at.getMonth() + 1) + '-' + two(at.getDate()) + 'T' + two(at.getHours()) + ':' +
      two(at.getMinutes()) + ':' + two(at.getSeconds()) + sign + two(Math.floor(away / 60)) + ':' + two(away % 60);
  };

  var ticks = document.querySelector('.ticks');
  var by = document.getElementById('by');
  var run = document.getElementById('run');
  if (ticks) {
    ticks.hidden = false;
    [by, run].forEach(function (field) {
      field.value = memory['@' + field.id] || '';
      field.addEventListener('change', function () { store('@' + field.id, field.value); });
    });
  }

  var button = function (cell, word, row, act) {
    var b = document.createElement('button');
    b.type = 'button';
    b.textContent = word;
    b.setAttribute('aria-label', word + ': ' + say('step') + ' ' + row.querySelector('th').firstChild.textContent);
    b.addEventListener('click', act);
    cell.appendChild(b);
  };
  var draw = function (row) {
    var key = row.dataset.system + '/' + row.dataset.step;
    var tick = memory[key] || {};
    ['began', 'ended'].forEach(function (which) {
      var cell = row.querySelector('.' + which);
      cell.textContent = '';
      if (tick[which]) {
        var time = document.createElement('time');
        time.dateTime = tick[which];
        time.textContent = tick[which].slice(11, 16) + ' ';
        cell.appendChild(time);
        button(cell, say('undo'), row, function () {
          delete tick[which];
          store(key, tick.began || tick.ended ? tick : null);
          draw(row);
        });
        return;
      }
      button(cell, say(which === 'began' ? 'begin' : 'end'), row, function () {
        tick[which] = now();
        tick.by = by ? by.value : '';
        store(key, tick);
        draw(row);
        if (!kept) { alert(say('unkept')); }
      });
    });
    row.querySelector('.by').textContent = tick.by || '';
    row.classList.toggle('ticked', Boolean(tick.ended));
  };
  var steps = document.querySelectorAll('tr[data-step]');
  for (var i = 0; i < steps.length; i++) { draw(steps[i]); }

  // What import-paper reads.
  var exported = function () {
    var list = Object.keys(memory).sort().filter(function (key) { return key[0] !== '@' && memory[key]; });
    return JSON.stringify({
      schema: 'beredskab.ticks.v1',
      bundle: body.dataset.bundle,
      times: list.map(function (key) {
        var parts = key.split('/');
        var tick = memory[key];
        return {
          run: memory['@run'] || '', system: parts[0], step: parts[1],
          started: tick.began || '', ended: tick.ended || '', by: tick.by || memory['@by'] || '', note: ''
        };
      })
    }, null, 1);
  };
  var show = document.getElementById('show');
  if (show) {
    show.addEventListener('click', function () {
      load();
      var text = exported();
      var out = document.getElementById('out');
      out.textContent = text;
      out.hidden = false;
      ticks.classList.remove('screen');
      var save = document.getElementById('save');
      save.href = 'data:application/json;charset=utf-8,' + encodeURIComponent(text);
      save.download = 'ticks.json';
      save.hidden = false;
    });
    document.getElementById('forget').addEventListener('click', function () {
      if (!confirm(say('forget'))) { return; }
      Object.keys(memory).forEach(function (key) { store(key, null); });
      location.reload();
    });
  }
})();
